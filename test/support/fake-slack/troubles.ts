/** What the next call of a method meets. `takes` says whether it has its effect nevertheless. */
export type Trouble =
  | { readonly kind: 'error'; readonly error: string; readonly takes?: boolean }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string; readonly takes?: boolean }
  | { readonly kind: 'hang-up'; readonly takes?: boolean };

export interface Stalled {
  /** Ends when the call has arrived. */
  readonly reached: Promise<void>;
  /** Lets it be answered. */
  release(): void;
}

export interface Troubles {
  add(method: string, troubles: readonly Trouble[]): void;
  /** `undefined`: the stalled call is then answered as usual. */
  stall(method: string, trouble: Trouble | undefined): Stalled;
  /** Takes the next trouble of this method, after its stall. */
  meet(method: string): Promise<Trouble | undefined>;
  hangUp(isHangingUp: boolean): void;
  isHangingUp(): boolean;
}

interface Waiting {
  readonly trouble: Trouble | undefined;
  reach(): void;
  readonly released: Promise<void>;
}

export function makeTroubles(): Troubles {
  const waiting = new Map<string, Waiting[]>();
  let isDead = false;
  const queue = (method: string) => {
    const known = waiting.get(method) ?? [];
    waiting.set(method, known);
    return known;
  };
  return {
    add(method, troubles) {
      const ready = { reach: () => undefined, released: Promise.resolve() };
      queue(method).push(...troubles.map((trouble) => ({ trouble, ...ready })));
    },
    stall(method, trouble) {
      const reached = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      queue(method).push({ trouble, reach: reached.resolve, released: released.promise });
      return { reached: reached.promise, release: released.resolve };
    },
    async meet(method) {
      const next = queue(method).shift();
      next?.reach();
      await next?.released;
      return next?.trouble;
    },
    hangUp(isHangingUp) {
      isDead = isHangingUp;
    },
    isHangingUp: () => isDead,
  };
}
