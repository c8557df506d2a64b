// English words of Settings, beside those of models and storage.

export const settingsEnglish = {
  "settings.cards": "Settings by subject",
  "settings.storage": "Storage",
  "settings.connections": "Connections",
  "settings.privacy": "Privacy",
  "settings.appearance": "Appearance",
  "settings.about": "About",
  "settings.loading": "Loading…",
  "settings.colours": "Colours",
  "settings.motion": "Movement",
  "settings.motion.hint": "Rows that fly to their new place, panels that slide in.",
  "settings.rows": "Rows of results",
  "settings.rows.hint": "The key c changes it as well.",
  "settings.tiles.hint": "In every wall of pictures; the keys + and - change it as well.",
  "motion.system": "As the system",
  "motion.less": "Less",
  "rows.auto": "Compact where there are many",
  "rows.compact": "Always compact",
  "rows.roomy": "Always roomy",

  "connections.off": "No program and no assistant can search here.",
  "connections.start": "To let programs (API) and assistants (MCP), start with:",
  "connections.api": "Programs may search by the API. In Python:",
  "connections.mcp": "Assistants may search by MCP. What its settings want:",
  "connections.also.mcp": "To let assistants (MCP) as well, start with:",
  "connections.also.api": "To let programs (API) as well, start with:",
  "connections.password": "Every call needs the user and the password of this page.",
  "connections.copy": "Copy",
  "connections.copied": "Copied.",
  "connections.calls": "Recent calls",
  "connections.none": "Nobody has called yet.",
  "connections.look": "Look again",
  "connections.failed": "refused or failed",
  "connections.hint":
    "The last ones since the program started, in memory alone, without what they asked for.",

  "privacy.history": "History of searches",
  "privacy.on": "Keep",
  "privacy.off": "Do not keep",
  "privacy.clear": "Clear the history",
  "privacy.hint":
    "For this library and everybody who uses this page. What was kept before stays until it is " +
    "cleared; saved searches stay until they are deleted.",
  "privacy.started": "The program was started with --no-history: no search is kept.",
  "privacy.closed": "The library is open for reading only: no search is kept.",
  "privacy.kept": "What is kept where",
  "kept.searches": "Searches",
  "kept.searches.where":
    "In the library's file, with their hits: the last 500 of each browser, and those that are " +
    "saved. On a page that others use as well, nobody sees those of another browser.",
  "kept.asked": "Pictures and clips you search with",
  "kept.asked.where":
    "For a day, at most until the program ends; those of kept searches as long as these, up to " +
    "64 MB each, in the library's folder.",
  "kept.library": "What is indexed",
  "kept.library.where":
    "Texts, vectors and thumbnails in the library's folder, previews in its cache. Your files " +
    "stay where they are and as they are.",
  "kept.dropped": "What you drop on the page",
  "kept.dropped.where":
    "Copied into the library's folder; what is removed stays in its trash for 30 days.",
  "kept.browser": "In this browser",
  "kept.browser.where": "Language, appearance, views and what you have put away.",
  "kept.network": "In the network",
  "kept.network.where":
    "Nothing, unless you named a server for the vectors. The program asks another computer only " +
    "for a model that you tell it to get.",

  "about.licence":
    "Qwen3-VL Search is free software under the Apache License 2.0. Models have licences of " +
    "their own, named where they are chosen.",
};
