// What cannot be compared yet: models that have no vectors of the library, and how long these take.

import { el, say } from "../kit/dom.js";
import { count, duration } from "../kit/format.js";
import { getJson } from "../kit/net.js";
import { t } from "../i18n/strings.js";
import { toModels } from "../shell/to_models.js";

export class Missing {
  constructor() {
    this.list = el("ul", { class: "fine" });
    this.say = el("p", { class: "fine", role: "status" });
    this.node = el(
      "details",
      { class: "compare-missing" },
      el("summary", { text: t("missing.title") }),
      el("p", { class: "fine", text: t("missing.text") }),
      this.list,
      this.say,
      el("button", {
        type: "button",
        class: "quiet",
        text: t("missing.models"),
        onclick: () => toModels(),
      }),
    );
  }

  async load() {
    try {
      const { models, items, again } = await getJson("/api/models/known");
      const without = models.filter((one) => one.role === "embedder" && one.embedded < items);
      this.list.replaceChildren(
        ...without.map(({ name, repository, embedded, seconds }) => {
          const n = items - embedded;
          const time = seconds == null ? t("missing.unknown") : duration(seconds * n);
          const text = t("missing.line", { name: repository || name, n: count(n), time });
          return el("li", { "data-explain": "memory", text });
        }),
      );
      const time = again == null ? t("missing.unknown") : duration(again * items);
      this.list.append(
        el("li", { "data-explain": "memory", text: t("missing.again", { n: count(items), time }) }),
      );
      say(this.say, without.length ? "" : t("missing.none"));
    } catch {
      say(this.say, ""); // who may not see the models is told nothing of them
    }
  }
}
