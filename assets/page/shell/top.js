// The bar above every screen: what the library holds, what the indexer and the models are doing.

import { emit, memory, on } from "../kit/bus.js";
import { el, say } from "../kit/dom.js";
import { catchDrops } from "../library/dropframe.js";
import { sayFailures } from "./failures.js";
import { count, duration } from "../kit/format.js";
import { listenToCalls } from "../kit/gradio_calls.js";
import { showHelp } from "./help.js";
import { icon } from "../kit/icons.js";
import { post } from "../kit/net.js";
import { Remarks } from "./remarks.js";
import { isEditable, poll, publish } from "./status.js";
import { t, worded } from "../i18n/strings.js";
import { followTabs } from "./tabs.js";
import { chooseTheme, chosenTheme, themes } from "./theme.js";
import { complain } from "../kit/toast.js";

const RUNNING = new Set(["scanning", "waiting", "indexing", "paused", "failed"]);
/** Outcomes of files, in the order in which the end of a run names them. */
const OUTCOMES = ["indexed", "unchanged", "duplicate", "failed", "skipped"];
/** States of a model that is not ready, by how its line shows them. */
const MODEL_TONES = { waiting: "loading", loading: "loading", failed: "failed", off: "off" };
const THEME_ICONS = { system: "system", light: "sun", dark: "dusk" };

export function start({ element }) {
  const bar = new TopBar(element.querySelector(".top-bar-root"));
  on("status", bar.root, (status) => bar.show(status));
  listenToCalls();
  sayFailures(bar.root);
  poll(bar.root);
  followTabs(bar.root);
  catchDrops(bar.root);
}

class TopBar {
  constructor(root) {
    this.root = root;
    document.title = t("title"); // gradio has set its own, in English
    this.summary = el("p", { class: "summary" });
    this.models = el("div", { class: "models" });
    this.root.append(
      el(
        "div",
        { class: "bar-row" },
        el(
          "h1",
          {},
          el(
            "a",
            { class: "brand", href: "/", "aria-label": t("title") },
            markImage(),
            el("span", { text: t("title") }),
          ),
        ),
        this.summary,
        this.models,
        el("div", { class: "bar-tools" }, this.themeButton(), helpButton()),
      ),
    );
    this.strip = this.buildStrip();
    this.notice = el("div", { class: "notice", hidden: true });
    this.remarks = new Remarks();
    this.root.append(this.strip, this.remarks.node, this.notice);
  }

  buildStrip() {
    this.head = el("b", { class: "strip-head" });
    this.bar = el("i", { class: "meter" });
    this.pace = el("span", { class: "strip-pace" });
    this.current = el("span", { class: "strip-current", dir: "auto" });
    const button = (name, label, path) =>
      el(
        "button",
        { type: "button", class: "quiet", onclick: () => post(path).then(publish, complain) },
        icon(name, 15),
        el("span", { text: t(label) }),
      );
    this.pause = button("pause", "index.pause", "/api/index/pause");
    this.resume = button("play", "index.resume", "/api/index/resume");
    this.cancel = button("stop", "index.cancel", "/api/index/cancel");
    const label = { "aria-label": t("dismiss"), title: t("dismiss") };
    const seen = () => {
      this.ran = false;
      this.strip.hidden = true;
    };
    this.dismiss = el(
      "button",
      { type: "button", class: "bare", hidden: true, onclick: seen, ...label },
      icon("close", 15),
    );
    this.tools = el(
      "div",
      { class: "strip-tools" },
      this.pause,
      this.resume,
      this.cancel,
      this.dismiss,
    );
    return el(
      "div",
      { class: "strip", role: "group", "aria-label": t("index.title"), hidden: true },
      this.head,
      this.bar,
      this.pace,
      this.current,
      this.tools,
    );
  }

  show(status) {
    this.root.toggleAttribute("data-lost", Boolean(status.lost));
    if (status.lost) {
      this.strip.hidden = true;
      say(this.summary, t("lost"));
      return;
    }
    const items = Object.values(status.items).reduce((sum, n) => sum + n, 0);
    say(this.summary, items ? t("summary", { n: items }) : t("summary.empty"));
    this.showModels(status.models);
    this.showStrip(status.index);
    this.remarks.draw(status.remarks ?? []);
    this.showNotice(status.models);
  }

  showModels(models) {
    const key = JSON.stringify(models);
    if (key === this.shown) return;
    this.shown = key;
    this.models.replaceChildren(...models.map(modelLine));
  }

  showStrip(index) {
    const running = RUNNING.has(index.state);
    if (running) this.ran = index.state !== "failed";
    this.strip.hidden = !(running || this.ended(index));
    this.strip.dataset.state = index.state;
    if (!running) return;
    const failed = index.outcomes.failed ?? 0;
    const known = index.state !== "scanning" && index.files > 0;
    const parts = [
      known ? `${count(index.done)} / ${count(index.files)}` : t("index.found", { n: index.files }),
    ];
    if (index.items_total)
      parts.push(t("index.items", { done: count(index.items), n: count(index.items_total) }));
    if (failed) parts.push(t("index.failed", { n: failed }));
    say(this.head, index.state === "failed" ? t("index.stopped") : parts.join(" · "));
    this.bar.classList.toggle("running", index.state === "scanning" || index.state === "waiting");
    this.bar.style.setProperty("--done", known ? index.done / index.files : 0);
    say(this.pace, index.state === "paused" ? t("index.paused") : pace(index));
    const doing = index.state === "waiting" ? t("index.waiting") : index.current;
    const message = worded(index.message);
    say(this.current, message || doing);
    this.current.title = message || index.current;
    this.tools.hidden = !isEditable();
    this.cancel.hidden = false;
    this.dismiss.hidden = true;
    this.pause.hidden = index.state === "paused" || index.state === "failed";
    this.resume.hidden = !["paused", "failed"].includes(index.state);
  }

  /** Say how a run that was seen running has ended, until the next one or until it is dismissed. */
  ended(index) {
    const counts = OUTCOMES.filter((name) => index.outcomes[name]);
    if (!this.ran || !counts.length) return false;
    say(
      this.head,
      counts.map((name) => t(`ended.${name}`, { n: index.outcomes[name] })).join(", "),
    );
    this.bar.classList.remove("running");
    this.bar.style.setProperty("--done", 1);
    say(this.pace, "");
    say(this.current, "");
    this.current.title = "";
    for (const button of [this.pause, this.resume, this.cancel]) button.hidden = true;
    this.dismiss.hidden = this.tools.hidden = false;
    return true;
  }

  showNotice(models) {
    const bundled = models.some((model) => model.bundled);
    this.notice.hidden = !bundled || memory.get("demo-noted", false);
    if (this.notice.hidden || this.notice.firstChild) return;
    const dismiss = () => {
      memory.set("demo-noted", true);
      this.notice.hidden = true;
    };
    const rest = el(
      "p",
      { class: "notice-rest", id: "notice-rest", hidden: true },
      el("span", { text: t("demo.rest") }),
      " ",
      el("code", { text: t("demo.command") }),
    );
    const unfold = ({ currentTarget }) => {
      rest.hidden = !rest.hidden;
      currentTarget.setAttribute("aria-expanded", String(!rest.hidden));
    };
    this.notice.append(
      icon("info", 18),
      el("p", { text: t("demo.what") }),
      el("button", {
        type: "button",
        class: "link",
        "aria-expanded": "false",
        "aria-controls": rest.id,
        text: t("demo.more"),
        onclick: unfold,
      }),
      el(
        "button",
        {
          type: "button",
          class: "bare",
          "aria-label": t("dismiss"),
          title: t("dismiss"),
          onclick: dismiss,
        },
        icon("close", 16),
      ),
      rest,
    );
  }

  themeButton() {
    const button = el("button", { type: "button", class: "bare" });
    const show = () => {
      const theme = chosenTheme();
      const label = t("theme.now", { theme: t(`theme.${theme}`) });
      button.setAttribute("aria-label", label);
      button.title = label;
      button.replaceChildren(icon(THEME_ICONS[theme]));
    };
    button.addEventListener("click", () => {
      chooseTheme(themes[(themes.indexOf(chosenTheme()) + 1) % themes.length]);
      emit("theme");
    });
    on("theme", this.root, show);
    show();
    return button;
  }
}

/** A model by its name; while it is not ready, what it is doing instead. */
function modelLine({ role, name, state, detail }) {
  const tone = MODEL_TONES[state] ?? "ready";
  const said = tone === "ready" ? name : t(`model.${tone}`, { name });
  const title = `${t(`role.${role}`)}: ${name}. ${worded(detail)}`;
  return el(
    "p",
    { class: "model", data: { role, state: tone }, title },
    el("i", { class: "dot" }),
    el("span", { text: said }),
  );
}

function pace(index) {
  const parts = [];
  if (index.rate != null)
    parts.push(t("index.rate", { n: index.rate.toFixed(index.rate < 10 ? 1 : 0) }));
  if (index.left != null) parts.push(t("index.left", { time: duration(index.left) }));
  return parts.join(" · ");
}

function helpButton() {
  const label = `${t("keys.title")} (?)`;
  return el(
    "button",
    {
      type: "button",
      class: "bare bar-help",
      "aria-label": label,
      title: label,
      onclick: showHelp,
    },
    icon("keyboard"),
  );
}

function markImage() {
  return el("img", {
    src: new URL("./mark.svg", import.meta.url).href,
    alt: "",
    width: 28,
    height: 28,
  });
}
