// Simplified Chinese words of the Library and Settings screens.

export const libraryChinese = {
  'settings.language': '语言',
  'language.system': '跟随浏览器',
  'language.en': 'English',
  'language.zh': '中文',
};
