/** An applicant's browser, as far as the consent page needs one: cookies, forms, no JavaScript. */
export interface Visitor {
  /** Opens a page and gives its HTML. @throws Error when the answer is not 200. */
  open(address: string): Promise<string>;
  /** Sends the page's own form with a decision; `ticks` are the boxes to tick. Gives the page that follows. */
  decide(
    address: string,
    html: string,
    decision: 'grant' | 'decline' | 'withdraw',
    ticks: readonly string[],
  ): Promise<string>;
}

/** @param always headers that every request carries, such as the address a proxy would add. */
export function openVisitor(always: Readonly<Record<string, string>> = {}): Visitor {
  const cookies = new Map<string, string>();

  async function request(address: string, init: RequestInit = {}): Promise<Response> {
    const headers = {
      ...always,
      ...init.headers,
      ...(cookies.size > 0 ? { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') } : {}),
    };
    const response = await fetch(address, { ...init, headers, redirect: 'manual' });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (name) cookies.set(name, value ?? '');
    }
    const next = response.headers.get('location');
    if (response.status === 303 && next) return request(new URL(next, address).href);
    return response;
  }

  async function read(response: Response, address: string): Promise<string> {
    const html = await response.text();
    if (response.status !== 200)
      throw new Error(`${new URL(address).pathname.split('/')[1]} answered ${response.status}`);
    return html;
  }

  return {
    open: async (address) => read(await request(address), address),
    async decide(address, html, decision, ticks) {
      const target = new URL(findAttribute(html, /<form[^>]*\baction="([^"]*)"/) ?? '', address).href;
      const nonce =
        findAttribute(html, /name="nonce"[^>]*value="([^"]*)"/) ??
        findAttribute(html, /value="([^"]*)"[^>]*name="nonce"/) ??
        '';
      const form = new URLSearchParams([
        ['nonce', nonce],
        ...ticks.map((name): [string, string] => [name, 'yes']),
        ['decision', decision],
      ]);
      const origin = new URL(address).origin;
      return read(await request(target, { method: 'POST', body: form, headers: { origin } }), target);
    },
  };
}

function findAttribute(html: string, pattern: RegExp): string | undefined {
  return pattern.exec(html)?.[1]?.replaceAll('&amp;', '&').replaceAll('&#x2F;', '/').replaceAll('&#47;', '/');
}
