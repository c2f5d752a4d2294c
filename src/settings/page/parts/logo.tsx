import address from '../icon.svg';

/** The sign of the product; its name stands in words beside it or in the tab. */
export function Logo({ size = 32 }: { readonly size?: number }) {
  return <img src={address} alt="" width={size} height={size} />;
}
