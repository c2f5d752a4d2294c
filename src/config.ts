import { z } from 'zod';

/** Everything the environment decides, parsed once. Nothing else reads process.env. */
export interface Config {
  readonly port: number;
  /** The address listened on. This machine only, unless HOST says otherwise or BASE_URL is a public one. */
  readonly host: string;
  /** Where people and vendors reach us: an origin with no trailing slash. Links are built from it, never from a Host header. */
  readonly baseUrl: string;
  readonly dataDir: string;
  /** PostgreSQL's address; without it the embedded database in dataDir is used. */
  readonly databaseUrl: string | undefined;
  readonly redisUrl: string | undefined;
  /** 32 bytes each, the current one first; empty: made and kept in dataDir (embedded only). */
  readonly secretKeys: readonly Buffer[];
  readonly adminToken: string | undefined;
  readonly smtpUrl: string | undefined;
  readonly mailFrom: string;
  /** A folder whose files are imported; one folder in it for each connection. */
  readonly importDir: string | undefined;
  readonly allowPrivateNetwork: boolean;
  readonly slack: SlackConfig | undefined;
  /** Our own OAuth clients at the ATSs, by connector id; those that are not set up are absent. */
  readonly oauthClients: Readonly<Record<string, OAuthClient>>;
  readonly logLevel: string;
  /** How many proxies before us may be believed about the client's address. */
  readonly trustedProxies: number;
}

/** Our app as Slack knows it. A workspace's tokens are never here: they come by installing, and stand sealed in the database. */
export interface SlackConfig {
  /** With its secret, workspaces install the app by OAuth; without, they are connected by a token. */
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | undefined;
  /** Proves that a request is Slack's. Needed where Slack reaches us by HTTP. */
  readonly signingSecret?: string | undefined;
  /** xapp-…: we reach Slack by socket mode, so that nobody needs to reach us. */
  readonly appToken?: string | undefined;
  /** Stand in for Slack's own addresses: for tests. */
  readonly apiUrl?: string | undefined;
  readonly authorizeUrl?: string | undefined;
}

/** Our program as an ATS knows it. Addresses given here stand in for the vendor's own: for sandboxes and tests. */
export interface OAuthClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly authorizeUrl: string | undefined;
  readonly tokenUrl: string | undefined;
  /** The API's origin that new connections get. */
  readonly baseUrl: string | undefined;
}

/** Names every bad variable at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`The environment is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

const blankIsAbsent = (value: unknown) => (typeof value === 'string' && value.trim() === '' ? undefined : value);
const optional = <T extends z.ZodType>(schema: T) => z.preprocess(blankIsAbsent, schema.optional());
const wholeNumber = (min: number, max: number) =>
  z.string().regex(/^\d+$/, 'must be a whole number').transform(Number).pipe(z.number().min(min).max(max));
const urlOf = (...protocols: string[]) =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
    message: `must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  });
const key = z
  .string()
  .refine(
    (value) => Buffer.from(value, 'base64').length === 32,
    'must be 32 random bytes in base64 (openssl rand -base64 32)',
  )
  .refine(
    (value) => new Set(Buffer.from(value, 'base64')).size > 8,
    'is too regular to be random (openssl rand -base64 32)',
  )
  .transform((value) => Buffer.from(value, 'base64'));

const Environment = z.object({
  PORT: optional(wholeNumber(0, 65_535)),
  HOST: optional(z.string()),
  BASE_URL: optional(urlOf('http:', 'https:')),
  DATA_DIR: optional(z.string()),
  DATABASE_URL: optional(urlOf('postgres:', 'postgresql:')),
  REDIS_URL: optional(urlOf('redis:', 'rediss:')),
  SECRET_KEY: optional(key),
  SECRET_KEY_PREVIOUS: optional(key),
  ADMIN_TOKEN: optional(z.string().min(32, 'must have at least 32 characters')),
  SMTP_URL: optional(urlOf('smtp:', 'smtps:')),
  MAIL_FROM: optional(z.email('must be a mail address')),
  IMPORT_DIR: optional(z.string()),
  ALLOW_PRIVATE_NETWORK: optional(z.enum(['true', 'false'])),
  SLACK_CLIENT_ID: optional(z.string().trim()),
  SLACK_CLIENT_SECRET: optional(z.string().trim()),
  SLACK_SIGNING_SECRET: optional(z.string().trim()),
  SLACK_APP_TOKEN: optional(z.string().trim().startsWith('xapp-', 'must start with xapp-')),
  SLACK_API_URL: optional(urlOf('http:', 'https:')),
  SLACK_AUTHORIZE_URL: optional(urlOf('http:', 'https:')),
  LOG_LEVEL: optional(z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])),
  TRUSTED_PROXIES: optional(wholeNumber(0, 8)),
});
type Environment = z.infer<typeof Environment>;

/**
 * Reads the configuration.
 * @param installable ids of the connectors that need an OAuth client of ours; each has five variables of its own.
 * @throws ConfigError that names every variable that is wrong or missing.
 */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  installable: readonly string[] = [],
): Config {
  const parsed = Environment.safeParse(env);
  const clients = installable.map((id) => [id, readClient(env, toClientVariables(id))] as const);
  const problems = [
    ...(parsed.success ? findContradictions(parsed.data) : parsed.error.issues.map(toProblem)),
    ...clients.flatMap(([, { problems: ofClient }]) => ofClient),
    ...findDropped(env),
  ];
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  const oauthClients = clients.flatMap(([id, { client }]) => (client ? [[id, client] as const] : []));
  return { ...toConfig(parsed.data), oauthClients: Object.fromEntries(oauthClients) };
}

/** The variables of our OAuth client at one ATS, as `.env.example` lists them. */
export function toClientVariables(connectorId: string) {
  const prefix = connectorId.toUpperCase().replaceAll('-', '_');
  return {
    clientId: `${prefix}_CLIENT_ID`,
    clientSecret: `${prefix}_CLIENT_SECRET`,
    authorizeUrl: `${prefix}_AUTHORIZE_URL`,
    tokenUrl: `${prefix}_TOKEN_URL`,
    baseUrl: `${prefix}_BASE_URL`,
  } as const;
}

/** Addresses without a client are no problem: nobody is led there. */
function readClient(
  env: Readonly<Record<string, string | undefined>>,
  names: ReturnType<typeof toClientVariables>,
): { readonly client: OAuthClient | undefined; readonly problems: readonly string[] } {
  const url = optional(env.ALLOW_PRIVATE_NETWORK === 'true' ? urlOf('http:', 'https:') : urlOf('https:'));
  const text = optional(z.string().trim());
  const schema = z.object({ clientId: text, clientSecret: text, authorizeUrl: url, tokenUrl: url, baseUrl: url });
  const given = Object.fromEntries(Object.entries(names).map(([part, name]) => [part, env[name]]));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const toName = new Map<PropertyKey | undefined, string>(Object.entries(names));
    return {
      client: undefined,
      problems: parsed.error.issues.map(({ path, message }) => `${toName.get(path[0])} ${message}`),
    };
  }
  const { clientId, clientSecret, authorizeUrl, tokenUrl, baseUrl } = parsed.data;
  if (clientId && clientSecret)
    return { client: { clientId, clientSecret, authorizeUrl, tokenUrl, baseUrl }, problems: [] };
  if (!clientId && !clientSecret) return { client: undefined, problems: [] };
  const [missing, set] = clientId ? [names.clientSecret, names.clientId] : [names.clientId, names.clientSecret];
  return { client: undefined, problems: [`${missing} must be set too: ${set} is of no use without it`] };
}

function toProblem(issue: { readonly path: readonly PropertyKey[]; readonly message: string }): string {
  return `${issue.path.join('.')} ${issue.message}`;
}

function findContradictions(env: Environment): string[] {
  const problems: string[] = [];
  const baseUrl = env.BASE_URL ? new URL(env.BASE_URL) : undefined;
  if (baseUrl && (baseUrl.pathname !== '/' || baseUrl.search || baseUrl.username)) {
    problems.push('BASE_URL must be an origin only, such as https://relay.example.com');
  }
  if (baseUrl?.protocol === 'http:' && !isLocalHost(baseUrl.hostname)) {
    problems.push('BASE_URL must start with https:// unless it is this machine');
  }
  if (env.DATABASE_URL && !env.SECRET_KEY)
    problems.push('SECRET_KEY is required with DATABASE_URL (openssl rand -base64 32)');
  if (env.SECRET_KEY_PREVIOUS && !env.SECRET_KEY) problems.push('SECRET_KEY_PREVIOUS needs SECRET_KEY beside it');
  if (env.SMTP_URL && !env.MAIL_FROM)
    problems.push('MAIL_FROM is required with SMTP_URL: the address letters come from');
  return [...problems, ...findSlackContradictions(env)];
}

function findSlackContradictions(env: Environment): string[] {
  const { SLACK_CLIENT_ID: id, SLACK_CLIENT_SECRET: secret, SLACK_SIGNING_SECRET: signing, SLACK_APP_TOKEN: app } = env;
  const problems: string[] = [];
  if (id && !secret) problems.push('SLACK_CLIENT_SECRET must be set too: SLACK_CLIENT_ID is of no use without it');
  if (secret && !id) problems.push('SLACK_CLIENT_ID must be set too: SLACK_CLIENT_SECRET is of no use without it');
  if ((id || secret) && !signing && !app)
    problems.push(
      'SLACK_SIGNING_SECRET must be set too, or SLACK_APP_TOKEN for socket mode: without either, Slack cannot reach us',
    );
  return problems;
}

/** What once was set here, and what to do instead. */
const dropped = [
  [
    'SLACK_BOT_TOKEN',
    'a workspace is connected by installing the app (career-relay connection install slack) or by its token over the API',
  ],
  ['SLACK_CHANNEL', 'each company chooses its channels, over the API or in Slack'],
] as const;

function findDropped(env: Readonly<Record<string, string | undefined>>): string[] {
  return dropped.flatMap(([name, instead]) =>
    blankIsAbsent(env[name]) === undefined ? [] : [`${name} is not read any more, so remove it: ${instead}`],
  );
}

function toConfig(env: Environment): Omit<Config, 'oauthClients'> {
  const port = env.PORT ?? 3000;
  const baseUrl = env.BASE_URL ? new URL(env.BASE_URL).origin : `http://localhost:${port}`;
  return {
    port,
    host: env.HOST ?? (isLocalHost(new URL(baseUrl).hostname) ? '127.0.0.1' : '0.0.0.0'),
    baseUrl,
    dataDir: env.DATA_DIR ?? './data',
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL,
    secretKeys: [env.SECRET_KEY, env.SECRET_KEY_PREVIOUS].filter((candidate) => candidate !== undefined),
    adminToken: env.ADMIN_TOKEN,
    smtpUrl: env.SMTP_URL,
    mailFrom: env.MAIL_FROM ?? 'career-relay@localhost',
    importDir: env.IMPORT_DIR,
    allowPrivateNetwork: env.ALLOW_PRIVATE_NETWORK === 'true',
    slack: toSlackConfig(env),
    logLevel: env.LOG_LEVEL ?? 'info',
    trustedProxies: env.TRUSTED_PROXIES ?? 0,
  };
}

/** undefined when none of its variables is set. */
function toSlackConfig(env: Environment): SlackConfig | undefined {
  const slack = {
    clientId: env.SLACK_CLIENT_ID,
    clientSecret: env.SLACK_CLIENT_SECRET,
    signingSecret: env.SLACK_SIGNING_SECRET,
    appToken: env.SLACK_APP_TOKEN,
    apiUrl: env.SLACK_API_URL,
    authorizeUrl: env.SLACK_AUTHORIZE_URL,
  };
  return Object.values(slack).some((value) => value !== undefined) ? slack : undefined;
}

function isLocalHost(host: string): boolean {
  return host === 'localhost' || host === '127.0.0.1' || host === '[::1]';
}
