// English words of the Library and Settings screens.

export const libraryEnglish = {
  'settings.language': 'Language',
  'language.system': 'As the browser',
  'language.en': 'English',
  'language.zh': '中文',
};
