import { type Notices, type NoticesParts, openNotices } from './notice/notices.ts';
import { openPlaces, type Places } from './place/places.ts';

/** The half of the room that speaks: notices, and the places they go to. */
export interface Telling {
  readonly notices: Notices;
  readonly places: Places;
}

export function openTelling(parts: NoticesParts): Telling {
  const notices = openNotices(parts);
  return { notices, places: openPlaces({ ...parts, notices }) };
}
