import {
  accessKinds,
  type Connector as Declared,
  fileColumns,
  mayBeLeftOut,
  toScopes,
  toSettingsSchema,
  toWaysIn,
} from '../../connector/index.ts';
import type { Connector } from './schemas.ts';

/** A connector's declaration as the API tells it: all a form, a person or a program needs to connect it. */
export function toConnector(declared: Declared, canInstall: boolean): Connector {
  return {
    id: declared.id,
    title: declared.title,
    docs: declared.docs,
    fields: Object.entries(declared.settings).map(([name, field]) => ({
      name,
      kind: field.kind,
      label: field.label,
      help: field.help,
      example: field.example,
      isOptional: mayBeLeftOut(field),
      isAdvanced: field.isAdvanced ?? false,
      onlyFor: field.onlyFor ?? null,
      default: field.default ?? null,
    })),
    settingsSchema: toSettingsSchema(declared.settings),
    modes: { ...declared.template.modes },
    cannot: [...declared.cannot],
    waysIn: [...toWaysIn(declared)],
    access: accessKinds.filter((kind) => declared.api?.access[kind]),
    canInstall,
    webhook: declared.webhook
      ? {
          events: [...declared.webhook.events],
          guide: [...declared.webhook.guide],
          secretField: declared.webhook.secret,
          isSecretOurs: declared.settings[declared.webhook.secret]?.isGenerated ?? false,
        }
      : null,
    file: declared.file
      ? {
          columns: fileColumns.flatMap((column) => {
            const label = declared.file?.columns[column]?.label;
            return label ? [{ column, label }] : [];
          }),
          guide: [...declared.file.guide],
        }
      : null,
    scopes: [...toScopes(declared)],
  };
}
