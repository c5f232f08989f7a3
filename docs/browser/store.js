// What somebody has written, kept in their own browser and nowhere else.

const NAME = "nanograd";
const WORK = "work";

function opened() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(WORK);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

const done = (asked) =>
  new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });

/** Each exercise's work: {source, status, points, level}. Where nothing can be kept, it lasts as long as the page. */
export class Store {
  constructor() {
    this.work = {};
    this.kept = false;
  }

  static async open() {
    const store = new Store();
    try {
      store.database = await opened();
      const all = store.database.transaction(WORK).objectStore(WORK);
      const [names, values] = await Promise.all([done(all.getAllKeys()), done(all.getAll())]);
      names.forEach((name, at) => (store.work[name] = values[at]));
      store.kept = true;
    } catch {
      store.database = null; // a private window may have no place
    }
    return store;
  }

  of(name) {
    return this.work[name] || {};
  }

  async put(name, more) {
    this.work[name] = { ...this.of(name), ...more };
    if (!this.database) return;
    try {
      await done(this.database.transaction(WORK, "readwrite").objectStore(WORK).put(this.work[name], name));
    } catch {
      this.kept = false;
    }
  }
}
