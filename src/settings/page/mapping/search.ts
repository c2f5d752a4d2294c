/** What the address of the page says: of which connection, reasons or stages, and which of them. */
export interface MappingSearch {
  readonly connection?: string | undefined;
  readonly view?: 'stages' | undefined;
  /** open: only those of which nobody has said what they mean. */
  readonly show?: 'open' | undefined;
}

export function toMappingSearch({ connection, view, show }: Readonly<Record<string, unknown>>): MappingSearch {
  return {
    connection: typeof connection === 'string' && /^[\da-f-]{36}$/i.test(connection) ? connection : undefined,
    view: view === 'stages' ? view : undefined,
    show: show === 'open' ? show : undefined,
  };
}
