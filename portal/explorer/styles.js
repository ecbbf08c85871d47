// In the place of react-style-singleton, which writes styles into the page where our content security policy admits none. They only keep the page from scrolling behind a dialog.
export const styleHookSingleton = () => () => {};
export const styleSingleton = () => () => null;
