import { useTranslation } from 'react-i18next';
import { type Language, toLanguage } from '../texts/i18n.ts';

type Shown = 'second' | 'minute' | 'day';

export interface TimeProps {
  /** An instant, ISO 8601; null shows a dash. */
  readonly at: string | null;
  /** day: the date alone. */
  readonly show?: Shown;
}

/** An instant as it was in Japan, whatever the reader's machine thinks. */
export function Time({ at, show = 'minute' }: TimeProps) {
  const { i18n } = useTranslation();
  if (at === null) return <span aria-hidden>—</span>;
  return <time dateTime={at}>{formatTime(at, toLanguage(i18n.language), show)}</time>;
}

/** 2026/04/01 09:05 · 1 Apr 2026, 09:05 JST. */
export function formatTime(at: string, language: Language, show: Shown): string {
  const day = language === 'ja' ? japaneseDay : englishDay;
  const date = new Date(at);
  if (show === 'day') return day.format(date);
  const time = (show === 'second' ? secondHand : clock).format(date);
  return language === 'ja' ? `${day.format(date)} ${time}` : `${day.format(date)}, ${time} JST`;
}

const timeZone = 'Asia/Tokyo';
const japaneseDay = new Intl.DateTimeFormat('ja', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
const englishDay = new Intl.DateTimeFormat('en-GB', { timeZone, year: 'numeric', month: 'short', day: 'numeric' });
const hands = { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
const clock = new Intl.DateTimeFormat('en-GB', hands);
const secondHand = new Intl.DateTimeFormat('en-GB', { ...hands, second: '2-digit' });
