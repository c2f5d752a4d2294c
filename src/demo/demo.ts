import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pc from 'picocolors';
import { createGreenhouseFake } from '../../connectors/greenhouse/fake.ts';
import type { App } from '../app.ts';
import { type Config, readConfig } from '../config.ts';
import { type Fake, type FakeDelivery, serveFake } from '../connector/index.ts';
import { type Log, openLog } from '../platform/log.ts';
import { type Api, openApi } from './api.ts';
import { openScreen, type Screen } from './screen.ts';
import { agency, company, fromAgency, reinstated, type Scene, twelve, withdrawn } from './story.ts';
import { type DemoSummary, readSummary } from './summary.ts';
import { openVisitor } from './visitor.ts';

export interface DemoOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: NodeJS.WriteStream;
  readonly isExiting: boolean;
  readonly isJson: boolean;
  startApp(config: Config, options: { readonly role: 'all'; readonly log: Log }): Promise<App>;
}

interface Stage {
  readonly api: Api;
  readonly fake: Fake;
  readonly screen: Screen;
  readonly connectionId: string;
  readonly webhookUrl: string;
  /** Letters and pages by mail address of the invented person. */
  readonly baseUrl: string;
}

/** The whole relay once, through public doors only: the API, the webhook door, the consent page, the stand-in ATS. */
export async function runDemo(options: DemoOptions): Promise<void> {
  const screen = openScreen(options.stdout, options.isJson, pc.isColorSupported);
  const folder = mkdtempSync(join(tmpdir(), 'career-relay-demo-'));
  const port = await findPort(Number(options.env.PORT ?? 3000));
  const config = readConfig({
    PORT: String(port),
    DATA_DIR: folder,
    ALLOW_PRIVATE_NETWORK: 'true',
    LOG_LEVEL: options.env.LOG_LEVEL ?? 'error',
  });
  screen.title('Career Relay: a rejection becomes the next chance ／ 不採用の連絡を、次の機会へ');
  screen.text(`  Starting on an empty embedded database. Everything and everybody here is invented.`);

  const fake = createGreenhouseFake({ now: () => new Date() });
  const hosted = await serveFake(fake);
  const app = await options.startApp(config, { role: 'all', log: openLog(config.logLevel) });
  const api = openApi(config.baseUrl, app.adminToken);
  const close = async () => {
    await app.stop();
    await hosted.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const stage = await setStage({ api, fake, screen, baseUrl: config.baseUrl }, hosted.origin);
    const refused = await play(stage);
    const summary = await readSummary(api, fake, toScope(stage), refused);
    if (options.isJson) options.stdout.write(`${JSON.stringify(summary)}\n`);
    else printEnd(screen, summary, config, app, await readMails(api));
  } catch (error) {
    await close();
    throw error;
  }
  if (options.isExiting) return close();
  screen.text(pc.dim('\n  Still running. Ctrl-C stops it and removes its data.'));
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close().then(resolve));
  });
}

async function setStage(parts: Omit<Stage, 'connectionId' | 'webhookUrl'>, fakeOrigin: string): Promise<Stage> {
  const { api, fake, screen } = parts;
  screen.title('1. An admin sets up ／ 管理者の準備');
  await api.post('/companies', company);
  screen.line('Admin', `会社を登録: ${company.name}`);
  await api.put(`/companies/${company.slug}/agency`, agency);
  screen.line('Admin', `紹介会社: ${agency.name}`, `許可番号 ${agency.licenceNumber}`);
  const connection = await api.post('/connections', {
    company: company.slug,
    connector: 'greenhouse',
    settings: fake.settings(fakeOrigin),
  });
  await api.post(`/connections/${connection.id}/check`, {});
  screen.line('Admin', 'Greenhouse（代役）に接続、動作確認 OK', 'state: shadow');
  await api.patch(`/connections/${connection.id}`, { letter: { holdMinutes: 0, window: 'always' } });
  screen.line('Admin', '手紙は判断後すぐ送る設定（通常は24時間後・営業時間内）');
  return { ...parts, connectionId: connection.id, webhookUrl: connection.webhookUrl };
}

/** Gives how many deliveries were refused, as the sender saw it. */
async function play(stage: Stage): Promise<number> {
  const { screen, fake } = stage;
  screen.title('2. The ATS rejects; webhooks arrive ／ ATSで不採用、Webhook着信');
  const statuses: number[] = [];
  const send = async (delivery: FakeDelivery, told: string, remark: string) => {
    const status = await deliver(stage, delivery);
    statuses.push(status);
    screen.line('ATS', told, `${remark}  → ${status}`);
  };
  const deliveries: FakeDelivery[] = [];
  for (const scene of [...twelve, withdrawn, fromAgency]) {
    const delivery = fake.reject(scene.applicant);
    deliveries.push(delivery);
    await send(delivery, tell(scene), scene.note);
  }
  const taken = fake.reject(reinstated.applicant);
  await send(taken, tell(reinstated), '不採用');
  const [first] = deliveries;
  if (first) {
    await send(first, tell(twelve[0] ?? reinstated), '同じ配信がもう一度');
    await send(forge(first), '偽の署名の配信', '送信元を確かめられない');
  }
  const all = twelve.length + 3;
  await until(
    async () => (await stage.api.list('/rejections', { company: company.slug })).length === all,
    'the rejections are recorded',
  );
  await until(
    async () => (await stage.api.list('/letters', { company: company.slug })).length === all,
    'the letters are planned',
  );

  screen.title('3. Shadow: everything is planned, nothing is sent ／ シャドー：予定だけ、送信なし');
  await tellLetters(stage);
  await send(fake.reinstate(taken.applicationRef), tell(reinstated), '不採用を取り消し');
  await until(async () => (await countLetters(stage, 'cancelled')) === 1, 'the un-rejected letter is cancelled');
  screen.line('Relay', `${fullName(reinstated)} さんへの手紙を取りやめ`, 'reinstated');

  screen.title('4. Live: the letters leave ／ 本番：手紙を送信');
  await stage.api.patch(`/connections/${stage.connectionId}`, { state: 'live' });
  screen.line('Admin', '接続を本番に切り替え', 'state: live');
  await until(
    async () => (await countLetters(stage, 'planned')) + (await countLetters(stage, 'sending')) === 0,
    'the letters are sent',
  );
  for (const mail of (await readMails(stage.api)).toReversed()) screen.line('Relay', `送信: ${mail.to}`, mail.subject);

  await answerLetters(stage);
  return statuses.filter((status) => status === 401).length;
}

async function answerLetters(stage: Stage): Promise<void> {
  const { screen, api } = stage;
  screen.title('5. Applicants answer on the page ／ 応募者がページで回答');
  const links = new Map((await readMails(api)).map((mail) => [mail.to, findLink(mail.text, stage.baseUrl)]));
  let asked = 0;
  for (const scene of twelve) {
    const link = [...links].find(([to]) => to.includes(scene.applicant.email ?? ' '))?.[1];
    if (!scene.answer || !link) continue;
    const visitor = openVisitor();
    const page = await visitor.open(link);
    await visitor.decide(link, page, scene.answer, scene.answer === 'grant' ? ['introduction'] : []);
    asked += 1;
    screen.line(
      'Applicant',
      `${fullName(scene)} さん: ${scene.answer === 'grant' ? '紹介に同意' : '今回は希望しない'}`,
    );
  }
  const agreed = twelve.filter(({ answer }) => answer === 'grant').length;
  await until(
    async () => (await api.list('/consents', { company: company.slug })).length === asked,
    'the decisions are recorded',
  );
  await until(
    async () => (await api.get(`/credits?company=${company.slug}`)).referrals.counted === agreed,
    'the referrals are counted',
  );
  await until(
    async () => (await readSummary(api, stage.fake, toScope(stage), 0)).writeBacks === agreed,
    'the consents are written back',
  );
  await until(
    async () =>
      (await api.list('/notices', { company: company.slug })).filter(({ kind }) => kind === 'credit-earned').length ===
      1,
    'the credit is told',
  );
  await until(async () => (await readMails(api)).length === twelve.length + agreed, 'the receipts are sent');
  screen.line('Relay', `同意 ${agreed} 件を Greenhouse に書き戻し、控えを本人へ送信`);

  screen.title('6. What recruiters see in Slack ／ 採用担当者が Slack で見るもの');
  for (const notice of (await api.list('/notices', { company: company.slug })).toReversed()) {
    screen.line('Slack', String(notice.text).replaceAll('\n', `\n${' '.repeat(13)}`));
  }
}

function toScope({ connectionId }: Stage): { readonly company: string; readonly connection: string } {
  return { company: company.slug, connection: connectionId };
}

async function deliver(stage: Stage, delivery: FakeDelivery): Promise<number> {
  const response = await fetch(stage.webhookUrl, {
    method: 'POST',
    headers: delivery.headers,
    body: new Uint8Array(delivery.body),
  });
  return response.status;
}

/** The same delivery signed by somebody who does not know the secret. */
function forge(delivery: FakeDelivery): FakeDelivery {
  const digest = createHmac('sha256', 'not the secret').update(delivery.body).digest('hex');
  const headers = Object.fromEntries(
    Object.entries(delivery.headers).map(([name, value]) => [
      name,
      name.toLowerCase() === 'signature' ? `sha256 ${digest}` : value,
    ]),
  );
  return { ...delivery, headers };
}

async function tellLetters({ api, screen }: Stage): Promise<void> {
  const letters = await api.list('/letters', { company: company.slug });
  const counts = Map.groupBy(letters, (letter) => [letter.status, letter.reason].filter(Boolean).join(': '));
  for (const [state, same] of counts) screen.line('Relay', `手紙 ${same.length} 通`, state);
}

async function countLetters({ api }: Stage, status: string): Promise<number> {
  return (await api.list('/letters', { company: company.slug })).filter((letter) => letter.status === status).length;
}

interface ReadMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

async function readMails(api: Api): Promise<readonly ReadMail[]> {
  return (await api.list('/outbox')).map((mail) => ({
    to: String(mail.to),
    subject: String(mail.subject),
    text: String(mail.text),
  }));
}

function findLink(text: string, baseUrl: string): string | undefined {
  return text.split(/\s+/).find((word) => word.startsWith(`${baseUrl}/c/`));
}

function tell(scene: Scene): string {
  return `${fullName(scene)} さん（${scene.applicant.job}）`;
}

function fullName({ applicant }: Scene): string {
  return `${applicant.familyName} ${applicant.givenName}`;
}

function printEnd(
  screen: Screen,
  summary: DemoSummary,
  config: Config,
  { adminToken, firstLink }: Pick<App, 'adminToken' | 'firstLink'>,
  mails: readonly ReadMail[],
): void {
  const skipped = Object.entries(summary.letters.skipped)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(', ');
  screen.title('Summary ／ まとめ');
  screen.table([
    [
      'Webhook 着信 (accepted / duplicate / refused)',
      `${summary.deliveries.accepted} / ${summary.deliveries.duplicate} / ${summary.deliveries.refused}`,
    ],
    ['不採用の記録 (rejections)', summary.rejections],
    ['手紙 送信 (letters sent)', summary.letters.sent],
    ['手紙 なし (skipped)', skipped],
    ['手紙 取りやめ (cancelled)', summary.letters.cancelled],
    ['同意 (consents)', summary.consents],
    ['紹介実績 (referrals)', summary.referrals],
    ['使えるクレジット (credits available)', summary.credits.available],
    ['ATSへの書き戻し (write-backs)', summary.writeBacks],
    ['Slack 通知 (notices)', summary.notices],
  ]);
  // The one who has not answered yet: there the page still asks.
  const silent = twelve.find(({ answer }) => !answer)?.applicant.email ?? '';
  const link = mails
    .filter(({ to }) => to.includes(silent))
    .map(({ text }) => findLink(text, config.baseUrl))
    .find(Boolean);
  screen.title('Open in a browser ／ ブラウザで開く');
  screen.table([
    ['手紙の控え (outbox)', `${config.baseUrl}/outbox`],
    ['応募者のページ (consent page)', link ?? '—'],
    ['Slack へのお知らせ (notices)', `${config.baseUrl}/notices`],
    ['設定ページ (settings page)', firstLink ?? `${config.baseUrl}/app`],
    ['API', `${config.baseUrl}/api/docs`],
    ['管理トークン (admin token)', adminToken],
  ]);
}

/** Waits for something that happens in the background; gives up after a minute, saying for what it waited. */
async function until(isTrue: () => Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`The demo waited a minute in vain until ${what}.`);
}

/** The wished port when it is free, else any free one. */
async function findPort(wished: number): Promise<number> {
  for (const port of [wished, 0]) {
    const found = await new Promise<number | undefined>((resolve) => {
      const probe = createServer().once('error', () => resolve(undefined));
      probe.listen(port, '127.0.0.1', () => {
        const address = probe.address();
        probe.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
      });
    });
    if (found !== undefined) return found;
  }
  throw new Error('No port of this machine is free.');
}
