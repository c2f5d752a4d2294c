/**
 * Turns MJML into HTML for mail programs. Loaded only when asked: MJML takes 100 MB of memory, and letters are compiled
 * when a template is saved, not when one is sent. No font is fetched from anywhere.
 * @throws Error naming the faults when the MJML is not valid.
 */
export async function compileMjml(source: string): Promise<string> {
  const { default: toHtml } = await import('mjml');
  const { html, errors } = await toHtml(source, { fonts: {}, validationLevel: 'strict', keepComments: false });
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join('; '));
  // Indentation is a quarter of what MJML writes, and means nothing in a mail.
  return `${html.trim().replace(/\s*\n\s*/g, '\n')}\n`;
}
