import { type Connection, listMappingVersions, type Reason } from '../../connector/index.ts';
import { type RuleUse, readMappingUse } from '../../letter/index.ts';
import type { ErrorCode } from '../../platform/error-codes.ts';
import { toRelayError } from '../../platform/errors.ts';
import { dayMs } from '../../platform/japan.ts';
import type { MappingOverview } from './mapping-schemas.ts';
import type { ApiParts } from './parts.ts';

/** Since when rejections are counted. */
export function toSince(now: Date): Date {
  return new Date(now.getTime() - 90 * dayMs);
}

/** What the ATS tells now; a part is undefined where it does not. */
interface Told {
  readonly ats: MappingOverview['ats'];
  readonly reasons: readonly Reason[] | undefined;
  readonly stages: readonly string[] | undefined;
}

/** Asks the ATS, outside any transaction. One that refuses takes nothing away from what was seen. */
async function askAts({ connections }: Pick<ApiParts, 'connections'>, connection: Connection): Promise<Told> {
  const silent: Told = { ats: { state: 'silent', code: null }, reasons: undefined, stages: undefined };
  if (!connections.connector(connection.connector)?.api) return silent;
  try {
    const [reasons, stages] = await Promise.all([
      connections.listReasons(connection),
      connections.listStages(connection),
    ]);
    return reasons === undefined && stages === undefined
      ? silent
      : { ats: { state: 'asked', code: null }, reasons, stages };
  } catch (thrown) {
    const code: ErrorCode = toRelayError(thrown).code;
    return { ...silent, ats: { state: 'unreachable', code } };
  }
}

/** Each reason and stage that the ATS has, that was seen, or that has a rule; with the connection it was read of. */
export async function readMappingOverview(
  parts: Pick<ApiParts, 'connections' | 'database' | 'clock'>,
  connection: Connection,
): Promise<{
  readonly overview: MappingOverview;
  readonly connection: Connection;
  /** Which of the two the ATS told all of. */
  readonly isTold: { readonly reasons: boolean; readonly stages: boolean };
}> {
  const told = await askAts(parts, connection);
  const since = toSince(parts.clock.now());
  return parts.database.forCompany(connection.companyId, async (tx) => {
    const standing = (await parts.connections.read(tx, connection.connectionId)) ?? connection;
    const use = await readMappingUse(tx, standing, since);
    const [newest] = await listMappingVersions(tx, standing.connectionId, { limit: 1 });
    const overview: MappingOverview = {
      connectionId: standing.connectionId,
      version: newest?.version ?? 1,
      since,
      ats: told.ats,
      reasons: toReasons(told.reasons, use.reasons, standing),
      stages: toStages(told.stages, use.stages, standing),
      withoutReason: toUse(use.reasons.find(({ ref }) => ref === null)),
    };
    const isTold = { reasons: told.reasons !== undefined, stages: told.stages !== undefined };
    return { overview, connection: standing, isTold };
  });
}

type MappedReason = MappingOverview['reasons'][number];
type MappedStage = MappingOverview['stages'][number];

function toReasons(
  told: readonly Reason[] | undefined,
  uses: readonly RuleUse[],
  { mapping }: Connection,
): MappedReason[] {
  const rules = new Map(Object.entries(mapping.reasons));
  const listed = new Map(told?.map((reason) => [reason.reasonRef, reason]));
  const used = new Map(uses.map((use) => [use.ref, use]));
  return collect(listed, uses, rules).map((reasonRef) => {
    const [reason, use] = [listed.get(reasonRef), used.get(reasonRef)];
    return {
      reasonRef,
      name: reason?.name ?? use?.sample.reason ?? reasonRef,
      isInAts: told ? reason !== undefined : null,
      decidedBy: reason?.decidedBy ?? use?.sample.decidedBy ?? 'unknown',
      rule: rules.get(reasonRef) ?? null,
      ...toUse(use),
    };
  });
}

function toStages(
  told: readonly string[] | undefined,
  uses: readonly RuleUse[],
  { mapping }: Connection,
): MappedStage[] {
  const rules = new Map(Object.entries(mapping.stages ?? {}));
  const listed = new Map(told?.map((name) => [name, name]));
  const used = new Map(uses.map((use) => [use.ref, use]));
  return collect(listed, uses, rules).map((name) => ({
    name,
    isInAts: told ? listed.has(name) : null,
    rule: rules.get(name) ?? null,
    ...toUse(used.get(name)),
  }));
}

/** What holds letters first, then what is met most, then in the ATS's order. */
function collect(
  listed: ReadonlyMap<string, unknown>,
  uses: readonly RuleUse[],
  rules: ReadonlyMap<string, unknown>,
): readonly string[] {
  const used = new Map(uses.map((use) => [use.ref, use]));
  const seen = uses.flatMap(({ ref }) => (ref === null ? [] : [ref]));
  const held = (ref: string) => used.get(ref)?.heldUnknown ?? 0;
  const met = (ref: string) => used.get(ref)?.rejections ?? 0;
  return [...new Set([...listed.keys(), ...seen, ...rules.keys()])].sort(
    (one, other) => held(other) - held(one) || met(other) - met(one),
  );
}

function toUse(use: RuleUse | undefined): MappingOverview['withoutReason'] {
  if (!use) return { rejections: 0, heldUnknown: 0, heldByRule: 0, sample: null };
  const { rejections, heldUnknown, heldByRule, sample } = use;
  const { applicationRef, decidedAt, reason, stage, job } = sample;
  return { rejections, heldUnknown, heldByRule, sample: { applicationRef, decidedAt, reason, stage, job } };
}
