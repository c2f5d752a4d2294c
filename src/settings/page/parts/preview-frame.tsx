import { useComputedColorScheme, useMantineStyleNonce } from '@mantine/core';
import styles from './preview-frame.module.css';

export interface PreviewFrameProps {
  /** A whole page of ours, with one style element and no script. */
  readonly html: string;
  /** What it shows, for a screen reader. */
  readonly title: string;
  /** CSS length. */
  readonly height?: string;
  /** Whether it follows the settings page into light and dark; else it does as the device says. */
  readonly hasScheme?: boolean;
}

/** Shows a page that others will read, shut in: no script, no link that leads away, no form that is sent. */
export function PreviewFrame({ html, title, height = '26rem', hasScheme = false }: PreviewFrameProps) {
  const nonce = useMantineStyleNonce()?.() ?? '';
  const scheme = useComputedColorScheme('light');
  return (
    <iframe
      title={title}
      sandbox=""
      srcDoc={toShown(html, { nonce, scheme: hasScheme ? scheme : undefined })}
      className={styles.frame}
      style={{ height }}
    />
  );
}

/** The frame stands under the policy of this page: its style needs the nonce, and its links would lead nowhere. */
export function toShown(
  html: string,
  { nonce, scheme }: { readonly nonce: string; readonly scheme: 'light' | 'dark' | undefined },
): string {
  return html
    .replace('<style>', `<style nonce="${nonce}">`)
    .replace('<html ', scheme ? `<html data-scheme="${scheme}" ` : '<html ')
    .replaceAll(/ (?:href|action)="/g, ' data-none="')
    .replaceAll('type="submit"', 'type="button"');
}
