/** A fault, wherever and however often it was seen. */
export type Finding = { where: string; what: string; count: number; during: Set<string> };

/** Why a fault is none: `where` and `what` are what a finding begins with. */
export type Allowed = {
  where: string;
  what: string;
  reason: string;
  /** A run may be over before it comes. */
  isRare?: true;
};

/** Faults by place, each once. */
export class Findings {
  readonly #all = new Map<string, Finding>();
  readonly #allowed: readonly Allowed[];
  readonly #used = new Set<Allowed>();
  allowedCount = 0;

  constructor(allowed: readonly Allowed[]) {
    this.#allowed = allowed;
  }

  add(where: string, faults: readonly string[], during = ''): void {
    for (const what of faults) {
      const allowed = this.#allowed.find(
        (item) => where.startsWith(item.where) && what.startsWith(item.what),
      );
      if (allowed) {
        this.#used.add(allowed);
        this.allowedCount++;
        continue;
      }
      const key = `${where} ${what}`;
      const finding = this.#all.get(key) ?? { where, what, count: 0, during: new Set() };
      finding.count++;
      if (finding.during.size < 3) finding.during.add(during);
      this.#all.set(key, finding);
    }
  }

  get all(): Finding[] {
    return [...this.#all.values()].sort((a, b) => (a.where < b.where ? -1 : 1));
  }

  /** Entries of the list that nothing was allowed by, and that a run always meets. */
  get idle(): Allowed[] {
    return this.#allowed.filter((item) => !item.isRare && !this.#used.has(item));
  }
}
