import { digitWidth, drawDigits } from './digits.ts';
import type { ChartWeek } from './view.ts';

const width = 1_000;
const height = 420;
const plot = { left: 36, right: 964, top: 62, bottom: 352 } as const;
const widestBar = 64;
const mostWeeks = 12;

/** Its own quiet ground, so that it reads in light and in dark Slack. The two bars differ in lightness too. */
const colours = { ground: '#f7f8fa', line: '#c9d1d9', text: '#3d4652', sent: '#3b76c4', consents: '#e8912d' } as const;

/** The chart as SVG: letters in blue and consents in orange: at most the last 12 weeks, values above, days below. */
export function toChartSvg(weeks: readonly ChartWeek[]): string {
  const shown = weeks.slice(-mostWeeks);
  const most = Math.max(1, ...shown.flatMap(({ sent, consents }) => [sent, consents]));
  const slot = (plot.right - plot.left) / Math.max(shown.length, 1);
  const bar = Math.min(widestBar, slot * 0.36);
  const size = Math.min(26, slot * 0.26);
  const labelSize = Math.min(24, ...shown.map(({ label }) => toFitting(label, slot * 0.84, 24)));
  const columns = shown.map((week, index) => {
    const middle = plot.left + slot * (index + 0.5);
    return [
      drawBar(middle - bar / 2 - 2, bar, week.sent, most, size, colours.sent),
      drawBar(middle + bar / 2 + 2, bar, week.consents, most, size, colours.consents),
      drawDigits(week.label, middle, 396, labelSize, colours.text),
    ].join('');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="${width}" height="${height}" fill="${colours.ground}"/>`,
    ...columns,
    `<path d="M${plot.left} ${plot.bottom}H${plot.right}" stroke="${colours.line}" stroke-width="2"/></svg>`,
  ].join('');
}

/** A bar around `x` with its value above; 0 is a value without a bar. Values that would touch each other shrink. */
function drawBar(x: number, thickness: number, value: number, most: number, size: number, colour: string): string {
  const tall = value === 0 ? 0 : Math.max(4, ((plot.bottom - plot.top) * value) / most);
  const top = plot.bottom - tall;
  const text = String(value);
  const radius = Math.min(6, tall, thickness / 2);
  const left = x - thickness / 2;
  const shape =
    tall === 0
      ? ''
      : `<path d="M${left} ${plot.bottom}V${top + radius}q0 ${-radius} ${radius} ${-radius}h${thickness - 2 * radius}q${radius} 0 ${radius} ${radius}V${plot.bottom}z" fill="${colour}"/>`;
  return `${shape}${drawDigits(text, x, top - 10, toFitting(text, thickness + 2, size), colours.text)}`;
}

/** The height of a text that is to be at most so wide and so high. */
function toFitting(text: string, width: number, size: number): number {
  return Math.min(size, width / (text.length * digitWidth));
}

/** The chart as a PNG of 1000 × 420 pixels. The drawing library is loaded with the first one. */
export async function drawChart(weeks: readonly ChartWeek[]): Promise<Buffer> {
  const { Resvg } = await import('@resvg/resvg-js');
  return new Resvg(toChartSvg(weeks), { font: { loadSystemFonts: false } }).render().asPng();
}
