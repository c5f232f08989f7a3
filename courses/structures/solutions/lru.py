"""A cache of limited size: where there is no room, what was used longest ago goes."""


class LRUCache:
    """Holds values by their keys, as many as capacity says. Both get() and put() use a key."""

    def __init__(self, capacity):
        self.capacity = capacity
        # A dict keeps its keys in the order in which they came: the one used longest ago stands first.
        self.values = {}

    def __len__(self):
        return len(self.values)

    def get(self, key):
        """The value of a key, or None; a key that is asked for has been used."""
        # begin solution
        # 1. Where the key is not there, give None.
        if key not in self.values:
            return None
        # 2. Take the key out and put it in again, so that it stands last.
        value = self.values.pop(key)
        self.values[key] = value
        return value
        # end solution

    def put(self, key, value):
        """Keep a value; where that is one too many, forget the key that was used longest ago."""
        # begin solution
        # 3. Take the key out where it is there, and put it in with its new value.
        self.values.pop(key, None)
        self.values[key] = value
        # 4. Where there are too many now, take out the first key.
        if len(self.values) > self.capacity:
            del self.values[next(iter(self.values))]
        # end solution
