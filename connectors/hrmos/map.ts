import {
  type Column,
  type DecidedBy,
  type FileApplication,
  type Person,
  RelayError,
  readJapaneseInstant,
  type Source,
} from '../../src/connector/contract.ts';

type Row = Readonly<Partial<Record<Column, string>>>;

/** Pure: one row of 応募者情報 as the state of its application. @throws RelayError row_not_understood. */
export function toApplication(row: Row): FileApplication {
  const applicationRef = readCell(row, 'applicationRef').normalize('NFKC');
  if (applicationRef === '') throw misfit('応募ID', '空です', 'is empty');
  const rejectedOn = readDay(row, 'rejectedOn', '不合格日');
  const withdrawnOn = readDay(row, 'withdrawnOn', '辞退日');
  const outcome = findOutcome(readCell(row, 'status').normalize('NFKC'), {
    isRejected: rejectedOn !== null,
    isWithdrawn: withdrawnOn !== null,
    isHired: readCell(row, 'hiredOn') !== '',
  });
  // A person who applies twice has two 応募ID, and nothing in the file joins them but the address.
  const candidateRef = applicationRef;
  const person = toPerson(row);
  if (outcome === 'active' || outcome === 'hired') return { state: outcome, applicationRef, candidateRef, person };
  const reason = toText(readCell(row, 'reason'));
  return {
    state: 'rejected',
    applicationRef,
    candidateRef,
    decidedAt: (outcome === 'candidate' ? withdrawnOn : rejectedOn) ?? rejectedOn ?? withdrawnOn,
    decidedBy: outcome,
    reason: reason === null ? null : { ref: reason, name: reason },
    stage: toText(readCell(row, 'stage')),
    job: toText(readCell(row, 'job')),
    source: toSource(row),
    person,
    isPrivate: false,
    isConfidential: false,
    canEmail: true,
  };
}

interface Days {
  readonly isRejected: boolean;
  readonly isWithdrawn: boolean;
  readonly isHired: boolean;
}

/**
 * Who ended it, or that nobody did. How a status is spelt is not documented and the steps are the company's own, so only
 * the words for an end are looked for: 辞退 (also 内定辞退), 不合格, 内定 and 入社. Where it has none, the days decide.
 */
function findOutcome(status: string, { isRejected, isWithdrawn, isHired }: Days): DecidedBy | 'active' | 'hired' {
  if (status.includes('辞退')) return 'candidate';
  if (/不合格|見送|不採用/.test(status)) return 'company';
  // Somebody took back an offer: a person must look.
  if (/(内定|採用|入社)の?取り?消/.test(status)) return 'unknown';
  if (/(内定|入社)(?!前|者?面談|後?面談)/.test(status)) return 'hired';
  if (isRejected && isWithdrawn) return 'unknown';
  if (isRejected) return 'company';
  if (isWithdrawn) return 'candidate';
  return isHired ? 'hired' : 'active';
}

/** A name stands as family name, a space, given name. Without a space it is taken whole, as the family name. */
function toPerson(row: Row): Person {
  const [familyName = null, ...given] = readCell(row, 'name')
    .split(/\s+/)
    .filter((part) => part !== '');
  return {
    familyName,
    givenName: given.length > 0 ? given.join(' ') : null,
    email: toEmail(readCell(row, 'email')),
    locale: null,
  };
}

/** The first of several; null where none stands. Loose, because old addresses of Japanese carriers break the rules. */
function toEmail(text: string): string | null {
  const addresses = text.normalize('NFKC').split(/[\s,;、]+/);
  return addresses.find((address) => /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(address)) ?? null;
}

/** Whoever came through an agent belongs to that agent: 応募経路 says so, or an agent is named. */
function toSource(row: Row): Source {
  const source = `${readCell(row, 'source')} ${readCell(row, 'sourceDetail')}`.normalize('NFKC').trim();
  const agency = readCell(row, 'agency').replace(/^(なし|無し|無|[-‐ー―－])$/, '');
  if (agency !== '' || /エージェント|人材紹介|紹介会社|agent/i.test(source)) return 'agency';
  if (/社員紹介|リファラル|縁故|referral/i.test(source)) return 'referral';
  return source === '' ? 'unknown' : 'direct';
}

function readDay(row: Row, column: Column, name: string): Date | null {
  const text = readCell(row, column);
  if (text === '') return null;
  const day = readJapaneseInstant(text);
  if (!day) throw misfit(name, '日付として読み取れません', 'is not a date');
  return day;
}

/** Says which column does not fit, never what stands in it. */
function misfit(name: string, ja: string, en: string): RelayError {
  return new RelayError('row_not_understood', { message: `${name}: ${ja} (${en})` });
}

function readCell(row: Row, column: Column): string {
  return (row[column] ?? '').trim();
}

function toText(cell: string): string | null {
  return cell === '' ? null : cell;
}
