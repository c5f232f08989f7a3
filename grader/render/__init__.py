"""From a report to what people and other programs read."""
