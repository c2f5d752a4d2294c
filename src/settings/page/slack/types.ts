import type { z } from 'zod';
import type * as schemas from '../../api/schemas.ts';
import type * as slack from '../../api/slack-schemas.ts';

/** What the API answers and takes about Slack, as it travels. Types alone. */
export type SlackState = z.input<typeof slack.SlackState>;
export type NoticeHours = z.input<typeof slack.NoticeHours>;
export type SlackGone = z.input<typeof slack.SlackGone>;
export type SlackPlace = z.input<typeof slack.SlackPlace>;
export type SlackPlaces = z.input<typeof slack.SlackPlaces>;
export type AddedSlackPlace = z.input<typeof slack.AddedSlackPlace>;
export type SlackPlaceChange = z.input<typeof slack.SlackPlaceChange>;
export type SlackRoute = z.input<typeof slack.SlackRoute>;
export type SlackPerson = z.input<typeof slack.SlackPerson>;
export type LinkCode = z.input<typeof slack.LinkCode>;
export type SlackWordingDesk = z.input<typeof slack.SlackWordingDesk>;
export type AskedPreview = z.input<typeof slack.AskedPreview>;
export type NoticePreview = z.input<typeof slack.NoticePreview>;
export type NoticeKind = SlackWordingDesk['kind'];
export type Locale = SlackWordingDesk['locale'];
export type Connection = z.input<typeof schemas.Connection>;
export type Install = z.input<typeof schemas.Install>;
