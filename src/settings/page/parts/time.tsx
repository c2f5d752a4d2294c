import { useTranslation } from 'react-i18next';
import { type Language, toLanguage } from '../texts/i18n.ts';

export interface TimeProps {
  /** An instant, ISO 8601; null shows a dash. */
  readonly at: string | null;
  /** day: the date alone. */
  readonly show?: 'minute' | 'day';
}

/** An instant as it was in Japan, whatever the reader's machine thinks. */
export function Time({ at, show = 'minute' }: TimeProps) {
  const { i18n } = useTranslation();
  if (at === null) return <span aria-hidden>—</span>;
  return <time dateTime={at}>{formatTime(at, toLanguage(i18n.language), show)}</time>;
}

/** 2026/04/01 09:05 · 1 Apr 2026, 09:05 JST. */
export function formatTime(at: string, language: Language, show: 'minute' | 'day'): string {
  const day = language === 'ja' ? japaneseDay : englishDay;
  const date = new Date(at);
  if (show === 'day') return day.format(date);
  return language === 'ja'
    ? `${day.format(date)} ${clock.format(date)}`
    : `${day.format(date)}, ${clock.format(date)} JST`;
}

const timeZone = 'Asia/Tokyo';
const japaneseDay = new Intl.DateTimeFormat('ja', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
const englishDay = new Intl.DateTimeFormat('en-GB', { timeZone, year: 'numeric', month: 'short', day: 'numeric' });
const clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
