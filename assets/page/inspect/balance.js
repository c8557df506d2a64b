// Balance: how kinds compete over the last searches, and a quota under which none is crowded out.

import { emit } from "../kit/bus.js";
import { el, say } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { labelled } from "../kit/labelled.js";
import { getJson } from "../kit/net.js";
import { t } from "../i18n/strings.js";
import { Asked } from "./asked.js";
import { strip } from "../search/inspection/balance.js";
import { stateLine } from "../search/inspection/part.js";

/** @import { Balances, KindShare } from "./types" */

const COUNTS = [10, 20, 50, 100];

export class Balance {
  constructor() {
    this.asked = 0;
    this.line = stateLine(() => this.show());
    this.limit = select(
      "balances.count",
      COUNTS.map((n) => ({ value: String(n), text: t("balances.last", { n }) })),
      () => this.show(),
    );
    this.limit.box.value = "20";
    this.only = select(
      "balances.which",
      ["recent", "saved"].map((name) => ({
        value: name === "saved" ? name : "",
        text: t(`several.${name}`),
      })),
      () => this.show(),
    );
    this.about = el("p", { class: "fine", role: "status", "data-explain": "kinds" });
    this.body = el("div", { class: "balances-kinds" });
    this.suggestion = el("p", { "data-explain": "quota" });
    this.use = el("button", { type: "button", class: "primary", text: t("compare.use") });
    this.quota = el("div", { class: "balances-quota" }, this.suggestion, this.use);
    this.texts = el("ol", { class: "fine" });
    this.asking = el(
      "details",
      { class: "balances-texts" },
      el("summary", { text: t("balances.texts") }),
      this.texts,
    );
    this.questions = new Asked((found) => this.take(found));
    this.node = el(
      "div",
      { class: "balances" },
      el(
        "header",
        { class: "judge-head" },
        el("h2", { text: t("lab.balance") }),
        this.only.node,
        this.limit.node,
      ),
      el("p", { class: "fine", text: t("balances.hint") }),
      this.questions.node,
      this.line.node,
      this.about,
      this.quota,
      this.body,
      this.asking,
    );
    this.quota.hidden = this.asking.hidden = true;
  }

  /** Of questions that were asked here: they stay until a choice above is made, or the tab is
   *  shown again.
   *  @param {Balances} found */
  take(found) {
    this.asked += 1; // what the history still answers is not drawn over it
    this.draw(found);
  }

  async show() {
    const asked = ++this.asked;
    this.line.draw(this.body.childElementCount ? null : "loading");
    try {
      const found = await getJson("/api/balance", {
        limit: this.limit.box.value,
        only: this.only.box.value,
      });
      if (asked === this.asked) this.draw(found);
    } catch (error) {
      if (asked === this.asked) this.line.draw(error);
    }
  }

  /** @param {Balances} found */
  draw({ searches, judged, kinds, suggestion, texts }) {
    this.line.draw(null);
    say(this.about, searches ? t("balances.about", { n: searches, judged }) : t("balances.none"));
    const ends = kinds.flatMap(({ similarity }) => similarity ?? []);
    const scale = { from: Math.min(...ends), to: Math.max(...ends) };
    this.body.replaceChildren(...kinds.map((one) => row(one, searches, scale)));
    this.quota.hidden = !judged;
    this.use.hidden = !suggestion;
    if (suggestion) {
      const { kind, most, before, after } = suggestion;
      const words = { kind: t(`kinds.${kind}`), most, before, after, n: judged };
      say(this.suggestion, t("balances.suggestion", words));
      this.use.onclick = () => emit("ask", { change: () => ({ quota: { [kind]: most } }) });
    } else say(this.suggestion, t("balances.enough"));
    this.asking.hidden = !texts.length;
    this.texts.replaceChildren(
      ...texts.map((text) =>
        el("li", { dir: "auto", "data-content": "", text: text || t("judge.byFiles") }),
      ),
    );
  }
}

/** @param {KindShare} one @param {number} searches @param {{ from: number, to: number }} scale */
function row(one, searches, scale) {
  const bar = el("i", { class: "balances-bar" });
  bar.style.setProperty("--share", String(one.share));
  const { shown, candidates, most } = one;
  return el(
    "section",
    { class: "inspect-kind" },
    el("b", { "data-explain": "kinds" }, icon(one.kind, 16), t(`kinds.${one.kind}`)),
    el(
      "p",
      { class: "balances-share", "data-explain": "kinds" },
      bar,
      el("span", { text: t("balances.share", { share: (one.share * 100).toFixed(0) }) }),
    ),
    el("p", {
      class: "fine",
      "data-explain": "kinds",
      text: t("balances.counts", { shown, candidates, most, in: one.searches, n: searches }),
    }),
    strip("similarity", one.similarity, scale),
    strip("relevance", one.relevance, { from: 0, to: 1 }),
  );
}

/** @param {string} label @param {{ value: string, text: string }[]} options
 *  @param {() => unknown} change */
function select(label, options, change) {
  const box = el("select", { onchange: change }, ...options.map((one) => el("option", one)));
  return { node: labelled(label, box), box };
}
