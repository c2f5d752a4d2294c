import { expect, test } from '@jest/globals';
import { drawChart, toChartSvg } from '../../../src/slack/text/chart.ts';
import { readPng } from '../../support/png.ts';

const week = { label: '11/16', sent: 34, consents: 5 };
const ground = '#f7f8fa';
const blue = '#3b76c4';
const orange = '#e8912d';

/** How many pixels of a colour stand in each of two halves of the picture, left and right. */
function countColour(png: ReturnType<typeof readPng>, colour: string): readonly [number, number] {
  const halves: [number, number] = [0, 0];
  for (let y = 0; y < png.height; y += 1)
    for (let x = 0; x < png.width; x += 1) if (png.colourAt(x, y) === colour) halves[x < png.width / 2 ? 0 : 1] += 1;
  return halves;
}

test('the chart is a PNG of 1000 × 420 on a ground of its own, opaque, so that it reads in light and dark', async () => {
  const png = readPng(await drawChart([week]));

  expect([png.width, png.height]).toEqual([1_000, 420]);
  expect([png.colourAt(0, 0), png.colourAt(999, 419)]).toEqual([ground, ground]);
});

test('letters are blue and consents orange, each as high as it counts', async () => {
  const png = readPng(
    await drawChart([
      { ...week, sent: 20, consents: 10 },
      { ...week, sent: 5, consents: 0 },
    ]),
  );

  const [sentBefore, sentAfter] = countColour(png, blue);
  const [consentsBefore, consentsAfter] = countColour(png, orange);
  expect(sentBefore / consentsBefore).toBeCloseTo(2, 1);
  expect(sentBefore / sentAfter).toBeGreaterThan(3.9);
  expect(sentBefore / sentAfter).toBeLessThan(4.2);
  expect(consentsAfter).toBe(0);
});

test.each([
  [[]],
  [[{ label: '11/16', sent: 0, consents: 0 }]],
  [Array.from({ length: 60 }, () => ({ label: '12/28', sent: 1_000_000, consents: 999_999 }))],
  [[{ label: '"><script>髙﨑</script>', sent: 1, consents: 0 }]],
])('whatever the weeks are, a small chart comes of them (%#)', async (weeks) => {
  const png = await drawChart(weeks);

  expect(readPng(png).width).toBe(1_000);
  expect(png.length).toBeLessThan(100_000);
  expect(toChartSvg(weeks)).not.toMatch(/script|NaN|Infinity|undefined/);
});
