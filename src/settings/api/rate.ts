/** A share and the range it may well lie in; each 0 to 1, null where there is nobody. */
export interface Rate {
  readonly part: number;
  readonly whole: number;
  readonly share: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

const z = 1.96;

/**
 * Wilson's score interval at 95 %: it stays within 0 to 1 and holds for few people, too.
 * Wilson 1927, J. Am. Stat. Assoc. 22(158), 209–212.
 */
export function toRate(part: number, whole: number): Rate {
  if (whole === 0) return { part, whole, share: null, low: null, high: null };
  const share = part / whole;
  const divisor = 1 + z ** 2 / whole;
  const middle = (share + z ** 2 / (2 * whole)) / divisor;
  const reach = (z / divisor) * Math.sqrt((share * (1 - share)) / whole + z ** 2 / (4 * whole ** 2));
  return { part, whole, share, low: Math.max(0, middle - reach), high: Math.min(1, middle + reach) };
}
