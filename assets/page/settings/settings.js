// settings/: models, storage, connections, privacy, appearance, about.
//
// The Settings screen: one card after the other, and the list that leads to each.

import { on } from "../kit/bus.js";
import { attribute, el, find } from "../kit/dom.js";
import { place } from "../search/address.js";
import { latest } from "../shell/status.js";
import { t } from "../i18n/strings.js";
import { aboutCard } from "./about.js";
import { appearanceCard } from "./appearance.js";
import { Card } from "./card.js";
import { connectionsCard } from "./connections.js";
import { Keeping } from "./keeping.js";
import { Models } from "./models.js";
import { Privacy } from "./privacy.js";
import { toCard } from "./to_card.js";

/** @import { Status } from "../shell/types" */
/** @import { Component } from "../kit/types" */

/** @param {Component} component */
export function start({ element }) {
  new SettingsScreen(find(element, ".settings-root"));
}

class SettingsScreen {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.models = new Models();
    this.storage = new Keeping();
    const models = new Card("models", [this.models.node], () => this.models.load());
    this.connections = connectionsCard();
    this.cards = [
      models,
      this.storage,
      this.connections,
      new Privacy(),
      appearanceCard(),
      aboutCard(),
    ];
    this.links = this.cards.map(({ name }) => link(name));
    const items = this.links.map((one) => el("li", {}, one));
    const list = el("ul", {}, ...items);
    const nav = el("nav", { class: "settings-nav", "aria-label": t("settings.cards") }, list);
    root.append(nav, el("div", { class: "settings-cards" }, ...this.cards.map(({ node }) => node)));
    on("status", root, (status) => !status.lost && this.show(status));
    on("changed", root, () => this.load());
    if (latest) this.show(latest);
    this.load();
    this.follow();
    const wanted = place("card");
    if (place("tab") === "settings" && this.cards.some(({ name }) => name === wanted))
      toCard(wanted);
  }

  /** A public demo keeps nothing that could be set, and tells nothing of who asks.
   *  @param {Status} status */
  show(status) {
    const { read_only: demo } = status;
    this.models.show(status);
    this.storage.show(status);
    for (const { node } of this.closed) node.hidden = demo;
    const closed = this.closed.map(({ name }) => name);
    for (const one of this.links) one.hidden = demo && closed.includes(one.dataset.card ?? "");
  }

  /** The cards that a public demo does not show.
   *  @returns {Card[]} */
  get closed() {
    return [this.storage, this.connections];
  }

  load() {
    for (const card of this.cards)
      if (!this.closed.includes(card) || !latest?.read_only) card.load();
  }

  /** Mark in the list the card that is read now: the first one below the upper edge. */
  follow() {
    const seen = new Map(this.cards.map(({ name }) => [name, false]));
    const watcher = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries)
          if (target instanceof HTMLElement) seen.set(target.dataset.card ?? "", isIntersecting);
        const now = [...seen].find(([, isSeen]) => isSeen)?.[0];
        if (!now) return;
        for (const one of this.links)
          attribute(one, "aria-current", one.dataset.card === now ? "true" : null);
      },
      { rootMargin: "-80px 0px -55% 0px" },
    );
    for (const { node } of this.cards) watcher.observe(node);
  }
}

/** @param {string} name */
const link = (name) =>
  el("button", {
    type: "button",
    class: "quiet",
    data: { card: name },
    text: t(`settings.${name}`),
    onclick: () => toCard(name),
  });
