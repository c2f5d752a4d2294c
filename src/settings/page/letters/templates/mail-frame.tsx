import { useMantineStyleNonce } from '@mantine/core';
import styles from '../letters.module.css';

export interface MailFrameProps {
  readonly html: string;
  readonly part: 'wide' | 'phone';
  readonly title: string;
}

/** A mail that is nowhere on the server yet, shut in: no script, no link that leads away. */
export function MailFrame({ html, part, title }: MailFrameProps) {
  const nonce = useMantineStyleNonce()?.() ?? '';
  return <iframe className={styles.frame} data-part={part} sandbox="" title={title} srcDoc={toFramed(html, nonce)} />;
}

/**
 * The frame stands under the policy of this page, which lets in no style attribute: what mail programs read there becomes
 * rules of a style element, as strong as before. Links would lead nowhere.
 */
export function toFramed(html: string, nonce: string): string {
  const styles: string[] = [];
  const bare = html
    .replaceAll(/ href="[^"]*"/g, '')
    .replaceAll(/(\s)style="([^"]*)"/g, (_all, space: string, style: string) => {
      const known = styles.indexOf(style);
      const number = known >= 0 ? known : styles.push(style) - 1;
      return `${space}data-style="${number}"`;
    });
  const rules = styles.map((style, number) => `[data-style="${number}"][data-style][data-style]{${style}}`);
  return bare
    .replaceAll('<style', `<style nonce="${nonce}"`)
    .replace('</head>', `<style nonce="${nonce}">${rules.join('\n')}</style></head>`);
}
