import { RelayError } from './errors.ts';

export interface GroupWork<Item, Outcome> {
  /** Items of one key are worked on together, those of another never with them. */
  toKey(item: Item): string;
  /** Items of one group at the most. */
  readonly max: number;
  /** Does the work for a group; gives an outcome for each item, in order. All or nothing: a failure leaves no trace. */
  work(items: readonly Item[], key: string): Promise<readonly Outcome[]>;
}

interface Waiting<Item, Outcome> {
  readonly item: Item;
  settle(outcome: Outcome): void;
  fail(error: unknown): void;
}

/**
 * Does for many at once what would cost each a transaction of its own. The first of a key starts at once; what arrives
 * while its group is under way waits and makes up the next. Nobody fails for another: a group that fails is tried
 * one by one, unless the failure is nobody's own.
 */
export function openGroups<Item, Outcome>({
  toKey,
  max,
  work,
}: GroupWork<Item, Outcome>): (item: Item) => Promise<Outcome> {
  const waitingByKey = new Map<string, Waiting<Item, Outcome>[]>();

  async function run(key: string, waiting: Waiting<Item, Outcome>[]): Promise<void> {
    while (waiting.length > 0) await runGroup(key, waiting.splice(0, max));
    waitingByKey.delete(key);
  }

  async function runGroup(key: string, group: readonly Waiting<Item, Outcome>[]): Promise<void> {
    try {
      const items = group.map(({ item }) => item);
      const outcomes = await work(items, key);
      if (outcomes.length !== group.length)
        throw new Error('a group gave another number of outcomes than it has items');
      for (const [index, outcome] of outcomes.entries()) group[index]?.settle(outcome);
    } catch (error) {
      if (isForAll(error) || group.length === 1) for (const one of group) one.fail(error);
      else for (const one of group) await runGroup(key, [one]);
    }
  }

  return (item) =>
    new Promise((settle, fail) => {
      const key = toKey(item);
      const waiting = waitingByKey.get(key);
      if (waiting) return void waiting.push({ item, settle, fail });
      const first = [{ item, settle, fail }];
      waitingByKey.set(key, first);
      void run(key, first);
    });
}

/** Where a system is away, limits us, or refuses us altogether, asking for each alone would only ask more often. */
function isForAll(error: unknown): boolean {
  return error instanceof RelayError && (error.kind === 'transient' || error.kind === 'config');
}
