import {
  ActionIcon,
  Button,
  type CSSVariablesResolver,
  createTheme,
  type MantineColorsTuple,
  Modal,
  PasswordInput,
  Select,
  Textarea,
  TextInput,
} from '@mantine/core';

/** From light to dark: the green of the applicants' pages (templates/page/style.css) is the eighth. */
const relay: MantineColorsTuple = [
  '#e9f2ef',
  '#d3e8e2',
  '#a9d8cc',
  '#7fd1c1',
  '#56b3a2',
  '#38998a',
  '#237e70',
  '#17645a',
  '#114f47',
  '#0b3a34',
];

const gray: MantineColorsTuple = [
  '#f7f8f6',
  '#eff1ee',
  '#e4e8e5',
  '#d5dbd8',
  '#c0c9c5',
  '#93a09c',
  '#697571',
  '#55615e',
  '#36403d',
  '#1d2624',
];

const dark: MantineColorsTuple = [
  '#e8edeb',
  '#c9d2cf',
  '#a9b4b1',
  '#7d8986',
  '#3d4845',
  '#2c3633',
  '#222a28',
  '#1b2120',
  '#121615',
  '#0c0f0e',
];

const fontFamily =
  'system-ui, -apple-system, "Hiragino Sans", "Yu Gothic UI", "Noto Sans JP", "Noto Sans CJK JP", Meiryo, sans-serif';

/** The look of the page: Japanese text first, one accent, and targets a thumb can hit (page.css gives them 44 px). */
export const theme = createTheme({
  colors: { relay, gray, dark },
  black: '#1d2624',
  primaryColor: 'relay',
  primaryShade: { light: 7, dark: 6 },
  fontFamily,
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Consolas, "Noto Sans Mono", "Noto Sans Mono CJK JP", monospace',
  lineHeights: { xs: '1.6', sm: '1.65', md: '1.7', lg: '1.7', xl: '1.6' },
  headings: {
    fontFamily,
    fontWeight: '650',
    textWrap: 'balance',
    sizes: {
      h1: { fontSize: '1.625rem', lineHeight: '1.4' },
      h2: { fontSize: '1.2rem', lineHeight: '1.5' },
      h3: { fontSize: '1.05rem', lineHeight: '1.5' },
    },
  },
  defaultRadius: 'md',
  radius: { md: '0.6rem', lg: '1rem' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    ActionIcon: ActionIcon.extend({ defaultProps: { size: 'xl', variant: 'subtle', color: 'gray' } }),
    Button: Button.extend({ defaultProps: { size: 'md' } }),
    Modal: Modal.extend({ defaultProps: { centered: true, radius: 'lg', padding: 'lg', overlayProps: { blur: 2 } } }),
    // Inside a dialog a header is no banner of the page.
    ModalHeader: Modal.Header.extend({ defaultProps: { role: 'none' } }),
    PasswordInput: PasswordInput.extend({ defaultProps: { size: 'md' } }),
    Select: Select.extend({ defaultProps: { size: 'md' } }),
    Textarea: Textarea.extend({ defaultProps: { size: 'md' } }),
    TextInput: TextInput.extend({ defaultProps: { size: 'md' } }),
  },
});

/** What Mantine's own choices would make too faint to read (WCAG 2.2 AA), and the ground the sheets lie on. */
export const resolveVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--relay-ground': '#f5f6f4',
    '--mantine-color-dimmed': '#55615e',
    '--mantine-color-placeholder': '#5f6b67',
    '--mantine-color-error': '#b42318',
    '--relay-focus': '#17645a',
    '--mantine-color-orange-light': '#fdf1e7',
    '--mantine-color-orange-light-color': '#8a3b00',
    '--mantine-color-red-light': '#fdeeec',
    '--mantine-color-red-light-color': '#9a1c12',
  },
  dark: {
    '--relay-ground': '#121615',
    '--mantine-color-body': '#1b2120',
    '--mantine-color-dimmed': '#a9b4b1',
    '--mantine-color-placeholder': '#98a4a0',
    '--mantine-color-error': '#ffab9f',
    '--relay-focus': '#7fd1c1',
    '--mantine-color-relay-light': '#1f332f',
    '--mantine-color-relay-light-color': '#7fd1c1',
    '--mantine-color-orange-light': '#33251a',
    '--mantine-color-orange-light-color': '#ffb98a',
    '--mantine-color-red-light': '#38211f',
    '--mantine-color-red-light-color': '#ffab9f',
    '--mantine-color-blue-light': '#1c2c38',
    '--mantine-color-blue-light-color': '#9ccbf0',
  },
});
