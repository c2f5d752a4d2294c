import { z } from 'zod';
import { RelayError } from '../platform/errors.ts';
import { newToken } from '../platform/ids.ts';
import type { AccessKind, Field, Fields } from './contract.ts';

type Settings = Readonly<Record<string, string>>;

/** What a secret is answered as. Sent back, it means: unchanged. */
export const mask = '********';

/**
 * Reads the settings of a new connection: every field, those left out with their default, or made up where we may.
 * @throws RelayError request_invalid naming each field that is wrong, missing or unknown; never a value.
 */
export function readNewSettings(fields: Fields, input: unknown): Settings {
  const shape = mapFields(fields, (field) => (mayBeLeftOut(field) ? toInput(field).prefault('') : toInput(field)));
  const settings = parse(z.strictObject(shape), input);
  return { ...settings, ...makeUpSecrets(fields, settings) };
}

/** The secrets that are ours to make up where they were left out, new at every call; the others are not in it. */
export function makeUpSecrets(fields: Fields, given: Settings): Settings {
  const isLeftOpen = ([name, field]: readonly [string, Field]) =>
    field.isGenerated && (given[name] ?? '').trim() === '';
  return Object.fromEntries(
    Object.entries(fields)
      .filter(isLeftOpen)
      .map(([name]) => [name, newToken()]),
  );
}

/** The fields that a connection with this access is asked for. */
export function toFieldsOf(fields: Fields, access: AccessKind | null): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, { onlyFor }]) => onlyFor === undefined || onlyFor === access),
  );
}

/**
 * Reads a change of settings: only the fields given. A secret sent back masked is left out; a blank optional field goes
 * back to its default. @throws RelayError request_invalid as for new ones.
 */
export function readChangedSettings(fields: Fields, input: Settings): Settings {
  const given = Object.entries(input).filter(([name, value]) => !(fields[name]?.kind === 'secret' && value === mask));
  const shape = mapFields(fields, (field) => toInput(field).exactOptional());
  return parse(z.strictObject(shape), Object.fromEntries(given));
}

/** Settings as they are stored: the secret ones apart from the rest. */
export function splitSettings(
  fields: Fields,
  settings: Settings,
): { readonly plain: Settings; readonly secret: Settings } {
  const entries = Object.entries(settings);
  const isSecret = ([name]: readonly [string, string]) => fields[name]?.kind === 'secret';
  return {
    plain: Object.fromEntries(entries.filter((entry) => !isSecret(entry))),
    secret: Object.fromEntries(entries.filter(isSecret)),
  };
}

/** A connection's settings as they may be shown: in the order declared, every secret as the mask. */
export function maskSettings(connector: { readonly settings: Fields }, plain: Settings): Record<string, string> {
  return mapFields(connector.settings, (field, name) =>
    field.kind === 'secret' ? mask : (plain[name] ?? toDefault(field)),
  );
}

/** JSON Schema of what a new connection takes: what a form is drawn from. Secrets are marked write-only. */
export function toSettingsSchema(fields: Fields): Record<string, unknown> {
  const shape = mapFields(fields, (field) => {
    const described = field.schema.meta({
      title: field.label.en,
      description: field.help.en,
      examples: [field.example],
      ...(field.default === undefined ? {} : { default: field.default }),
      ...(field.kind === 'secret' ? { writeOnly: true, format: 'password' } : {}),
    });
    return mayBeLeftOut(field) ? described.optional() : described;
  });
  return { ...z.toJSONSchema(z.strictObject(shape), { io: 'input', unrepresentable: 'any' }) };
}

/** Whether a person need not fill it in. */
export function mayBeLeftOut(field: Field): boolean {
  return field.isOptional === true || field.isGenerated === true || field.default !== undefined;
}

function toInput(field: Field): z.ZodType<string> {
  const text = z
    .string()
    .trim()
    .refine((value) => field.kind !== 'secret' || value !== mask, 'is the mask, not the secret');
  return mayBeLeftOut(field)
    ? text.transform((value): unknown => value || toDefault(field)).pipe(z.literal('').or(field.schema))
    : text
        .min(1, 'is required')
        .transform((value): unknown => value)
        .pipe(field.schema);
}

function toDefault(field: Field): string {
  return field.default ?? '';
}

function parse(schema: z.ZodType<Settings>, input: unknown): Settings {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`.trim());
  throw new RelayError('request_invalid', { message: problems.join('; ') });
}

function mapFields<T>(fields: Fields, map: (field: Field, name: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, map(field, name)]));
}
