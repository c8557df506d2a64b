// What programs and assistants may ask here, what to copy into them, and what they did ask.

import { on } from "../kit/bus.js";
import { copyText } from "../kit/copying.js";
import { el } from "../kit/dom.js";
import { date, ms } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { getJson } from "../kit/net.js";
import { t } from "../i18n/strings.js";
import { latest } from "../shell/status.js";
import { Card } from "./card.js";

/** @import { Call, Connections } from "./types" */

const NAME = "qwen3vl-search"; // of the server, in the settings of a client

export function connectionsCard() {
  const state = el("div", { class: "connections-state" });
  const calls = el("ol", { class: "connections-calls" });
  const none = el("p", { class: "fine" });
  const look = el("button", { type: "button", class: "quiet", text: t("connections.look") });
  const recent = el(
    "div",
    { class: "setting" },
    el("h3", { text: t("connections.calls") }),
    none,
    calls,
    look,
    el("p", { class: "fine", text: t("connections.hint") }),
  );
  let early = false;
  const card = new Card("connections", [state, recent], async () => {
    early = !latest; // whether it is closed, the first status says
    if (!latest || latest.read_only) return;
    const found = await getJson("/api/connections");
    state.replaceChildren(...stateOf(found));
    recent.hidden = !(found.api || found.mcp);
    none.textContent = found.calls.length ? "" : t("connections.none");
    calls.replaceChildren(...found.calls.map(lineOf));
  });
  look.addEventListener("click", () => card.load());
  on("status", card.node, (status) => {
    if (!status.lost && early) card.load();
  });
  return card;
}

/** @param {Connections} found @returns {Node[]} */
function stateOf({ api, mcp, password }) {
  const { origin } = location;
  const more = [api ? "" : "--api", mcp ? "" : "--mcp"].filter(Boolean).join(" ");
  const url = new URL("/gradio_api/mcp", origin).href;
  const config = JSON.stringify({ mcpServers: { [NAME]: { url } } }, null, 2);
  const python =
    `from gradio_client import Client\n\nclient = Client("${origin}")\n` +
    'found = client.predict(text="a red bicycle", top=5, api_name="/search")';
  return [
    said(api || mcp ? "" : "connections.off"),
    said(api ? "connections.api" : ""),
    ...(api ? [toCopy(python)] : []),
    said(mcp ? "connections.mcp" : ""),
    ...(mcp ? [toCopy(url), toCopy(config)] : []),
    said(password && (api || mcp) ? "connections.password" : ""),
    said(more ? `connections.${api ? "also.mcp" : mcp ? "also.api" : "start"}` : ""),
    ...(more ? [toCopy(`python app.py ${more}`)] : []),
  ].filter((node) => node.textContent);
}

/** @param {string} name */
const said = (name) => el("p", { text: name ? t(name) : "" });

/** A text, and the button that copies it.
 *  @param {string} text */
const toCopy = (text) =>
  el(
    "div",
    { class: "connections-copy" },
    el("pre", { "data-content": "", tabindex: "0", text }),
    el(
      "button",
      {
        type: "button",
        class: "bare",
        "aria-label": t("connections.copy"),
        title: t("connections.copy"),
        onclick: () => copyText(text, "connections.copied"),
      },
      icon("copy", 16),
    ),
  );

/** @param {Call} call */
const lineOf = ({ endpoint, at, milliseconds, failed }) =>
  el(
    "li",
    { "data-failed": failed ? "" : null },
    el("code", { "data-content": "", text: endpoint }),
    el("span", { "data-explain": "days", text: date(at) }),
    el("span", { "data-explain": "ms", text: ms(milliseconds) }),
    failed ? el("span", { text: t("connections.failed") }) : null,
  );
