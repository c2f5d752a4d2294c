import { dayMs } from '../../platform/japan.ts';

const written =
  /^(?<year>\d{4})(?:年|\/|-|\.)(?<month>\d{1,2})(?:月|\/|-|\.)(?<day>\d{1,2})日?(?:\s*\([^)]{1,3}\))?(?:[\sT]+(?<hour>\d{1,2})(?::|時)(?<minute>\d{1,2})分?(?::?(?<second>\d{1,2})秒?)?)?$/;

const japanMs = 9 * 3_600_000;

/**
 * An instant as Japanese files write it, in Japan's time: `2026年11月4日`, `2026/11/4 9:05`, `2026-11-04`, full-width
 * digits too. A day without a time is its midnight. null for anything else, also for a day that no calendar has.
 */
export function readJapaneseInstant(text: string): Date | null {
  const groups = written.exec(text.normalize('NFKC').trim())?.groups;
  if (!groups) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = [
    groups.year,
    groups.month,
    groups.day,
    groups.hour,
    groups.minute,
    groups.second,
  ].map((part) => Number(part ?? 0));
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && date.getUTCHours() === hour;
  return isReal && minute < 60 && second < 60 ? new Date(date.getTime() - japanMs) : null;
}

const stamped =
  /(?<!\d)(?<year>20\d{2})[-_.年]?(?<month>\d{2})[-_.月]?(?<day>\d{2})日?(?:[-_.T\s]*(?<hour>\d{2})[-_:.時]?(?<minute>\d{2})(?:[-_:.分]?(?<second>\d{2}))?秒?)?(?!\d)/;

/**
 * The time stamp in a file's name, such as `applicants_20261124103000.csv`. A day alone tells no order of two files of
 * one day: it means the day's end, or `now` while that day lasts. null without a stamp.
 */
export function readNameStamp(name: string, now: Date): Date | null {
  const groups = stamped.exec(name.normalize('NFKC'))?.groups;
  if (!groups) return null;
  const { year, month, day, hour, minute, second = '00' } = groups;
  const instant = readJapaneseInstant(`${year}-${month}-${day} ${hour ?? '00'}:${minute ?? '00'}:${second}`);
  if (!instant || hour !== undefined) return instant;
  const end = new Date(instant.getTime() + dayMs - 1000);
  return instant <= now && now < end ? now : end;
}
