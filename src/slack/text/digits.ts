/** How each sign is drawn with a round pen, in a box 10 wide and 16 high; so that a chart needs no font on any machine. */
const strokes: Readonly<Record<string, string>> = {
  '0': 'M1 5.2a4 4.2 0 0 1 8 0v5.6a4 4.2 0 0 1 -8 0z',
  '1': 'M2.2 3.9L5.8 1V15',
  '2': 'M1.3 4.6a3.75 3.6 0 1 1 6.6 2.6L1.2 15H9',
  '3': 'M1.6 1H8.4L4.7 6.3h.5a4.3 4.35 0 1 1 -4.1 5.9',
  '4': 'M7.2 15V1L.9 10.9H9.4',
  '5': 'M8.4 1H2.6L1.9 7.3a4.2 4.4 0 1 1 -.7 5.5',
  '6': 'M7.3 1L2.1 8.1M9 10.8a4 4.2 0 1 1 -8 0a4 4.2 0 1 1 8 0z',
  '7': 'M1 1H9L4.2 15',
  '8': 'M8.4 4.4a3.4 3.4 0 1 1 -6.8 0a3.4 3.4 0 1 1 6.8 0zM9 11.2a4 3.8 0 1 1 -8 0a4 3.8 0 1 1 8 0z',
  '9': 'M2.7 15L7.9 7.9M9 5.2a4 4.2 0 1 1 -8 0a4 4.2 0 1 1 8 0z',
  '/': 'M2.6 16L7.4 0',
};
const advance = 13;
/** How wide a sign is with the gap after it, as a share of its height. */
export const digitWidth = advance / 16;

/**
 * A text of digits and slashes as SVG, its middle at `x`, standing on `y`. Any other sign leaves its place empty.
 * @param size its height in pixels.
 */
export function drawDigits(text: string, x: number, y: number, size: number, colour: string): string {
  const scale = size / 16;
  const width = (text.length * advance - (advance - 10)) * scale;
  const paths = [...text].map((sign, index) => {
    const path = strokes[sign];
    return path ? `<path transform="translate(${index * advance} 0)" d="${path}"/>` : '';
  });
  return `<g transform="translate(${round(x - width / 2)} ${round(y - size)}) scale(${round(scale)})" fill="none" stroke="${colour}" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round">${paths.join('')}</g>`;
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
