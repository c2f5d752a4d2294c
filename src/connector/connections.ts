import type { Tx } from '../platform/database.ts';
import type { ConnectionState, LetterPolicy, Mapping } from '../platform/tables.ts';
import type { Application, Connector, Steps, WriteBack, WriteBackResult } from './contract.ts';

/** One company's installed connector. Secrets are not in it. */
export interface Connection {
  readonly connectionId: string;
  readonly companyId: string;
  readonly connector: string;
  readonly state: ConnectionState;
  /** The fields that are not secret. */
  readonly settings: Readonly<Record<string, string>>;
  readonly letter: LetterPolicy;
  readonly mapping: Mapping;
  readonly failingSince: Date | null;
  readonly failingCode: string | null;
  readonly createdAt: Date;
}

/** The door to the ATSs: installed connections, and what can be asked of each. */
export interface Connections {
  /** Every connector offered, in the order of the list. */
  readonly connectors: readonly Connector[];
  connector(id: string): Connector | undefined;

  /** @throws RelayError connector_unknown, request_invalid naming the fields. State is `shadow`. */
  create(
    tx: Tx,
    input: {
      readonly companyId: string;
      readonly connector: string;
      readonly settings: Readonly<Record<string, string>>;
    },
  ): Promise<Connection>;
  /** Without the removed ones. */
  read(tx: Tx, connectionId: string): Promise<Connection | undefined>;
  list(tx: Tx, companyId: string): Promise<readonly Connection[]>;
  /** Settings given replace those of the same name, the rest stay. */
  update(
    tx: Tx,
    connectionId: string,
    change: {
      readonly state?: ConnectionState;
      readonly settings?: Readonly<Record<string, string>>;
      readonly letter?: LetterPolicy;
      readonly mapping?: Mapping;
    },
  ): Promise<Connection>;
  /** Its secrets are deleted at once; its history stays. */
  remove(tx: Tx, connectionId: string): Promise<void>;

  /** What a webhook door needs, kept for a few seconds in memory. undefined: no such connection, or it takes no webhooks. */
  door(
    connectionId: string,
  ): Promise<{ readonly connection: Connection; readonly connector: Connector; readonly secret: string } | undefined>;

  /** The present state of these applications, in batches of the vendor's size. Marks the connection failing or recovered. */
  reread(connection: Connection, applicationRefs: readonly string[]): Promise<readonly Application[]>;
  writeBack(connection: Connection, item: WriteBack, steps: Steps): Promise<WriteBackResult>;
  /** Asks the ATS whether the settings work. @throws RelayError saying who must act. */
  check(connection: Connection): Promise<void>;
}
