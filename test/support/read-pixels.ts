import type { Page } from 'playwright-core';

/** A PNG as a browser draws it: four bytes a pixel, row after row. */
export async function readPixels(page: Page, png: Buffer): Promise<{ readonly width: number; readonly rgba: Buffer }> {
  const read = (await page.evaluate(`(async () => {
    const bytes = Uint8Array.fromBase64('${png.toString('base64')}');
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    return { width: bitmap.width, rgba: new Uint8Array(data.buffer).toBase64() };
  })()`)) as { width: number; rgba: string };
  return { width: read.width, rgba: Buffer.from(read.rgba, 'base64') };
}
