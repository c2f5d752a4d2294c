/** The one call we make of mjml 5, which brings no types of its own. */
declare module 'mjml' {
  export default function mjml2html(
    source: string,
    options: {
      readonly fonts: Readonly<Record<string, string>>;
      readonly validationLevel: 'strict' | 'soft' | 'skip';
      readonly keepComments: boolean;
    },
  ): Promise<{ readonly html: string; readonly errors: readonly { readonly formattedMessage: string }[] }>;
}
