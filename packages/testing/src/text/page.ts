/** What texts of failures and snapshots are drawn on: no colours, English, 100 columns. */
import { type Line, type Page, textOf } from "@lvsim/scenarios";

/** Chinese, Japanese and Korean characters, and full-width forms, take two columns. */
const WIDE = /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/g;

export const PAGE: Page = {
  language: "en",
  columns: 100,
  widthOf: (text) => text.length + (text.match(WIDE)?.length ?? 0),
  showMacs: false,
};

/** The lines of a view as one text; "" for a view that has nothing to show. */
export function plain(shown: readonly Line[] | string | null): string {
  if (shown === null) return "";
  if (typeof shown === "string") return shown;
  return shown.map((line) => textOf(line).trimEnd()).join("\n");
}

/** Each line further to the right. */
export const indented = (text: string, by = "  "): string => text.replace(/^(?=.)/gm, by);
