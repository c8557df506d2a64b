// What this is, in which versions, under which licence; where the library is; help.

import { el } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { getJson } from "../kit/net.js";
import { t } from "../i18n/strings.js";
import { showHelp } from "../shell/help.js";
import { latest } from "../shell/status.js";
import { Card } from "./card.js";

export function aboutCard() {
  const library = el("dl", { class: "facts" });
  const versions = el("dl", { class: "facts" });
  const parts = [
    el("h3", { text: t("settings.library") }),
    library,
    el("h3", { text: t("settings.versions") }),
    versions,
  ];
  const fetch = async () => {
    const demo = Boolean(latest?.read_only);
    for (const node of parts) node.hidden = demo; // a demonstration tells nothing of its computer
    if (demo) return;
    const about = await getJson("/api/about");
    /** @type {[name: string, text: string][]} */
    const facts = [[t("settings.folder"), about.library]];
    if (!about.writable) facts.push([t("settings.access"), t("settings.readonly")]);
    fill(library, facts, { "data-content": "" });
    fill(versions, Object.entries(about.versions), { "data-explain": "versions" });
  };
  return new Card("about", [...helps(), licence(), ...parts], fetch);
}

function helps() {
  /** @param {string} sign @param {string} text @param {string} about */
  const button = (sign, text, about) =>
    el(
      "button",
      { type: "button", class: "quiet", onclick: () => showHelp(about) },
      icon(sign, 16),
      el("span", { text: t(text) }),
    );
  const tools = [button("info", "help.title", "asking"), button("keyboard", "keys.title", "keys")];
  return [el("div", { class: "about-tools" }, ...tools)];
}

const licence = () =>
  el("p", { class: "fine", "data-explain": "versions", text: t("about.licence") });

/** Draw facts as names and what they are.
 *  @param {HTMLElement} list @param {[name: string, text: string][]} facts
 *  @param {Record<string, string>} how */
export function fill(list, facts, how) {
  list.replaceChildren(
    ...facts.flatMap(([name, text]) => [
      el("dt", { text: name, "data-content": "" }),
      el("dd", { dir: "auto", text, ...how }),
    ]),
  );
}
