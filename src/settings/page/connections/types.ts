import type { z } from 'zod';
import type * as own from '../../api/connections-schemas.ts';
import type * as live from '../../api/go-live-schemas.ts';
import type * as schemas from '../../api/schemas.ts';

/** What the API answers about connections, as it travels. */
export type Connector = z.input<typeof schemas.Connector>;
export type Field = Connector['fields'][number];
export type Access = Connector['access'][number];
export type Connection = z.input<typeof schemas.Connection>;
export type CreatedConnection = z.input<typeof schemas.CreatedConnection>;
export type NewConnection = z.input<typeof schemas.NewConnection>;
export type ConnectionChange = z.input<typeof schemas.ConnectionChange>;
export type CheckResult = z.input<typeof schemas.CheckResult>;
export type Install = z.input<typeof schemas.Install>;
export type ConnectionHealth = z.input<typeof own.ConnectionHealth>;
export type GoLivePreview = z.input<typeof live.GoLivePreview>;
export type GoLive = z.input<typeof live.GoLive>;
export type WentLive = z.input<typeof live.WentLive>;
export type NewRotation = z.input<typeof own.NewRotation>;
export type Rotation = z.input<typeof own.Rotation>;
export type WebhooksSetUp = z.input<typeof own.WebhooksSetUp>;
export type PollFound = z.input<typeof own.PollFound>;
export type Backfill = z.input<typeof own.Backfill>;
export type ImportAnswer = z.input<typeof own.ImportAnswer>;
export type FileImport = z.input<typeof own.FileImport>;
export type Confirmation = z.input<typeof own.Confirmation>;

/** A text of a connector, Japanese first. */
export interface Words {
  readonly ja: string;
  readonly en: string;
}
