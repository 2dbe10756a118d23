import type { ButtonHTMLAttributes, ReactNode } from 'react';
import Link from 'next/link';
import { Icon, type IconName } from './icon';
import styles from './button.module.css';

export type ButtonLook = 'normal' | 'solid' | 'stop' | 'quiet' | 'plain';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: ButtonLook;
  readonly big?: boolean;
  readonly icon?: IconName;
}

const classOf = (look: ButtonLook, big: boolean, iconOnly: boolean, extra = ''): string =>
  [styles.button, look === 'normal' ? '' : styles[look], big ? styles.big : '', iconOnly ? styles.icon : '', extra]
    .filter(Boolean)
    .join(' ');

/** Verb + object + number + place: "Replay 195 in PRODUCTION". Without children it is an icon button and needs `aria-label`. */
export function Button({ look = 'normal', big = false, icon, children, className, type = 'button', ...rest }: ButtonProps) {
  return (
    <button type={type} className={classOf(look, big, children === undefined, className)} {...rest}>
      {icon && <Icon name={icon} size={14} />}
      {children}
    </button>
  );
}

export interface LinkButtonProps {
  readonly href: string;
  readonly look?: ButtonLook;
  readonly big?: boolean;
  readonly icon?: IconName;
  readonly children: ReactNode;
}

/** Looks like a button, is a link: everything that only goes somewhere. */
export function LinkButton({ href, look = 'normal', big = false, icon, children }: LinkButtonProps) {
  return (
    <Link href={href} prefetch={false} className={classOf(look, big, false)}>
      {icon && <Icon name={icon} size={14} />}
      {children}
    </Link>
  );
}

export function Kbd({ children }: { readonly children: ReactNode }) {
  return <kbd className={styles.kbd}>{children}</kbd>;
}
