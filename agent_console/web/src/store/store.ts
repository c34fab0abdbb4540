import type { DeltaFrame, Docs } from "../net/frames";
import type { Collection, Collections } from "../net/types";

type Doc = Collections[Collection];

/**
 * The normalised documents with subscriptions per document and per collection.
 * A document is replaced whole, so identity tells whether it changed.
 */
export class Store {
  #docs = new Map<Collection, Map<string, Doc>>();
  #lists = new Map<Collection, readonly Doc[]>();
  #listeners = new Map<string, Set<() => void>>();

  get<C extends Collection>(collection: C, id: string): Collections[C] | undefined {
    return this.#docs.get(collection)?.get(id) as Collections[C] | undefined;
  }

  /** All documents of a collection; the same array until one of them changes. */
  list<C extends Collection>(collection: C): readonly Collections[C][] {
    let list = this.#lists.get(collection);
    if (!list) {
      list = [...(this.#docs.get(collection)?.values() ?? [])];
      this.#lists.set(collection, list);
    }
    return list as readonly Collections[C][];
  }

  /** Replace everything; documents that did not change keep their identity. */
  reset(docs: Docs): void {
    const touched = new Set<string>();
    for (const collection of new Set([...this.#docs.keys(), ...(Object.keys(docs) as Collection[])])) {
      this.#replace(collection, docs[collection] ?? {}, touched);
    }
    this.#announce(touched);
  }

  apply(frame: Pick<DeltaFrame, "set" | "drop">): void {
    const touched = new Set<string>();
    for (const [collection, id, doc] of frame.set) this.#put(collection, id, doc as Doc, touched);
    for (const [collection, id] of frame.drop) this.#remove(collection, id, touched);
    this.#announce(touched);
  }

  /** Call `listener` when the document changes, or any of the collection when `id` is null. */
  subscribe(collection: Collection, id: string | null, listener: () => void): () => void {
    const key = id === null ? collection : `${collection}/${id}`;
    const set = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, set.add(listener));
    return () => set.delete(listener);
  }

  #replace(collection: Collection, docs: Record<string, Doc>, touched: Set<string>): void {
    for (const id of [...(this.#docs.get(collection)?.keys() ?? [])]) {
      if (!(id in docs)) this.#remove(collection, id, touched);
    }
    for (const [id, doc] of Object.entries(docs)) {
      const old = this.#docs.get(collection)?.get(id);
      if (!old || JSON.stringify(old) !== JSON.stringify(doc)) this.#put(collection, id, doc, touched);
    }
  }

  #put(collection: Collection, id: string, doc: Doc, touched: Set<string>): void {
    const docs = this.#docs.get(collection) ?? new Map<string, Doc>();
    this.#docs.set(collection, docs.set(id, doc));
    this.#touch(collection, id, touched);
  }

  #remove(collection: Collection, id: string, touched: Set<string>): void {
    if (this.#docs.get(collection)?.delete(id)) this.#touch(collection, id, touched);
  }

  #touch(collection: Collection, id: string, touched: Set<string>): void {
    this.#lists.delete(collection);
    touched.add(collection).add(`${collection}/${id}`);
  }

  #announce(touched: Set<string>): void {
    for (const key of touched) for (const listener of this.#listeners.get(key) ?? []) listener();
  }
}
