import type { EventName, EventOf, Events } from '../../src/events.ts';

type Listener = (events: readonly EventOf<never>[]) => Promise<void>;

/** Events in memory: keeps what was published, and runs listeners only when a test says so. */
export interface TestEvents extends Events {
  /** What was published under a name, oldest first. A rolled-back transaction does not take it back. */
  published<N extends EventName>(name: N): readonly EventOf<N>[];
  /** Lets every listening room handle these as one batch. */
  deliver<N extends EventName>(name: N, events: readonly EventOf<N>[]): Promise<void>;
}

export function makeTestEvents(): TestEvents {
  const published = new Map<EventName, EventOf<never>[]>();
  const listeners = new Map<EventName, Listener[]>();
  return {
    async publish(_tx, name, events) {
      published.set(name, [...(published.get(name) ?? []), ...(events as readonly EventOf<never>[])]);
    },
    listen(_room, name, handle) {
      listeners.set(name, [...(listeners.get(name) ?? []), handle as Listener]);
    },
    published: <N extends EventName>(name: N) => (published.get(name) ?? []) as unknown as readonly EventOf<N>[],
    async deliver(name, events) {
      for (const handle of listeners.get(name) ?? []) await handle(events as readonly EventOf<never>[]);
    },
  };
}
