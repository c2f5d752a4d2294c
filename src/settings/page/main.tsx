import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './page.css';
import { setNonce } from 'get-nonce';
import { createRoot } from 'react-dom/client';
import { openApi } from './api/client.ts';
import { meKey } from './api/me.ts';
import { openQueryClient } from './api/use-api.tsx';
import { App } from './app.tsx';
import { openRouter, preloadPage } from './router.tsx';
import { changeLanguage, chooseLanguage, type Language, openTexts } from './texts/i18n.ts';

const languageKey = 'career-relay-language';
const backKey = 'career-relay-back';

let spoken = chooseLanguage(localStorage.getItem(languageKey), navigator.languages);
const reading = openTexts(spoken);
const api = openApi({ fetch: (...request) => fetch(...request), language: () => spoken });
const queries = openQueryClient({ onSignedOut });
const router = openRouter({ api, queries, recall });
// The words and the page itself are asked for at once, not one after the other.
preloadPage(router);
const texts = await reading;
const styleNonce = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? '';
const hasSlack = document.querySelector<HTMLMetaElement>('meta[name=sign-in-with-slack]')?.content === 'yes';

// Mantine's dialogs keep the page behind them from scrolling by a style element of their own.
setNonce(styleNonce);
document.documentElement.lang = spoken;

/** Asks anew who is signed in: whoever is not is led to sign in, and back. */
function onSignedOut() {
  queries.removeQueries({ queryKey: meKey });
  void router.invalidate();
}

function recall(): string {
  const back = localStorage.getItem(backKey) ?? '/';
  localStorage.removeItem(backKey);
  return back;
}

async function choose(language: Language) {
  localStorage.setItem(languageKey, language);
  await changeLanguage(texts, language);
  spoken = language;
  document.documentElement.lang = language;
}

const place = document.getElementById('page');
if (place)
  createRoot(place).render(
    <App
      api={api}
      queries={queries}
      router={router}
      texts={texts}
      ways={{
        hasSlack,
        leave: (url) => window.location.assign(url),
        remember: (back) => localStorage.setItem(backKey, back),
      }}
      chooseLanguage={choose}
      styleNonce={styleNonce}
    />,
  );
