/** The present instant. Everything that asks for the time gets one of these, so a test can hold it still. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
