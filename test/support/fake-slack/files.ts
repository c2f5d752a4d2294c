import { z } from 'zod';
import {
  type Answer,
  type Call,
  jsonOf,
  type Method,
  needChannel,
  needText,
  noteBroadcasts,
  refuse,
  textOf,
} from './call.ts';
import { tiers } from './rates.ts';
import { newRef, newTs, type StoredFile, type World } from './world.ts';

/** Errors and limits: docs.slack.dev, files.getUploadURLExternal, files.completeUploadExternal (read 2026-11-29). */
export const fileMethods = {
  'files.getUploadURLExternal': { scope: 'files:write', perMinute: tiers[4], answer: begin },
  'files.completeUploadExternal': { scope: 'files:write', perMinute: tiers[4], answer: complete },
  'files.info': { scope: 'files:read', perMinute: tiers[4], answer: info },
} satisfies Record<string, Method>;

const mostAltText = 1_000;

function begin(call: Call): Answer {
  const { world, workspace } = call;
  const name = needText(call, 'filename');
  const length = Number(needText(call, 'length'));
  if (!Number.isInteger(length) || length <= 0) refuse('missing_argument');
  // Slack's own library sends alt_text, which the documentation of this method does not name: not read here.
  const altText = textOf(call, 'alt_txt');
  if (altText.length > mostAltText) refuse('alt_txt_too_large');
  const fileId = newRef(world, 'F');
  const file = { fileId, name, length, altText, bytes: undefined, completedAt: undefined, sharedIn: [] };
  workspace.files.set(fileId, file);
  return { ok: true, upload_url: `${world.origin()}/upload/${workspace.teamRef}/${fileId}`, file_id: fileId };
}

/** Takes the bytes at the upload address. @returns the HTTP status: 200, or why not. */
export function takeUpload(world: World, teamRef: string, fileId: string, bytes: Buffer): number {
  const files = world.workspaces.get(teamRef)?.files;
  const file = files?.get(fileId);
  if (!files || !file || file.bytes) return 404;
  if (bytes.length !== file.length) return 400;
  files.set(fileId, { ...file, bytes });
  return 200;
}

const Files = z.array(z.object({ id: z.string(), title: z.string().optional() })).min(1);

function complete(call: Call): Answer {
  const { world, workspace } = call;
  const parsed = Files.safeParse(jsonOf(call, 'files', 'invalid_arguments'));
  if (!parsed.success) return refuse('invalid_arguments', ['missing required field: files']);
  const files = parsed.data.map(({ id }) => {
    const file = workspace.files.get(id);
    return file?.bytes && !file.completedAt ? file : refuse('file_not_found');
  });
  const channel = findPlace(call);
  const sharedIn = channel ? [channel] : [];
  const done = files.map((file) => ({ ...file, completedAt: world.now(), sharedIn }));
  for (const file of done) workspace.files.set(file.fileId, file);
  if (channel) shareIn(call, channel);
  return { ok: true, files: done.map((file) => ({ ...toFile(world, file), mimetype: '' })) };
}

function findPlace(call: Call): string | undefined {
  const ref = textOf(call, 'channel_id');
  if (ref === '') return undefined;
  const channel = needChannel(call, ref);
  if (channel.isArchived) refuse('is_archived');
  return channel.isMember ? channel.ref : refuse('not_in_channel');
}

function shareIn(call: Call, channel: string): void {
  const { world, workspace } = call;
  const text = textOf(call, 'initial_comment');
  noteBroadcasts(workspace, call.method, text, []);
  const { botUserRef: by } = workspace;
  const ts = newTs(world);
  workspace.messages.push({ channel, ts, text, blocks: [], metadata: null, edited: null, by, threadTs: null });
}

/** A file that nobody shared is seen by its owner, the app. Its type is known once Slack has looked at it. */
function info(call: Call): Answer {
  const file = call.workspace.files.get(needText(call, 'file'));
  if (!file?.completedAt) return refuse('file_not_found');
  return { ok: true, file: toFile(call.world, file) };
}

const types = { png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', gif: 'image/gif' } as const;

function toFile(world: World, file: StoredFile): Record<string, unknown> {
  const ending = file.name.split('.').at(-1) ?? '';
  const isSeen = file.completedAt && world.now().getTime() - file.completedAt.getTime() >= world.fileDelayMs;
  return {
    id: file.fileId,
    name: file.name,
    title: file.name,
    alt_txt: file.altText,
    size: file.length,
    mimetype: isSeen ? (types[ending as keyof typeof types] ?? 'application/octet-stream') : '',
    url_private: `https://files.slack.com/files-pri/${file.fileId}/${encodeURIComponent(file.name)}`,
    permalink: `https://example.slack.com/files/${file.fileId}/${encodeURIComponent(file.name)}`,
    channels: file.sharedIn,
  };
}
