// A client's program over the generated types. It is compiled, not run: each `@ts-expect-error` is a mistake that the types must find.
import type {
  AgencyType,
  DataFileStatus,
  OneFileInFullQuery,
  RetentionClass,
  SearchByTextAndAgencyQuery,
  SearchByTextAndAgencyQueryVariables,
} from './generated/questions';

export const variables: SearchByTextAndAgencyQueryVariables = { text: '회원 정보', first: 2 };
// @ts-expect-error the text is required
export const withoutText: SearchByTextAndAgencyQueryVariables = { first: 2 };
// @ts-expect-error a page size is a number
export const withWrongSize: SearchByTextAndAgencyQueryVariables = { text: '회원', first: '2' };

// A result of a search in a line: lists and objects that are always there need no question mark.
export function line({ search }: SearchByTextAndAgencyQuery): string {
  return search.edges
    .map(({ node, highlights }) => {
      const matched = highlights.flatMap(({ fragments }) => fragments).filter(({ isMatch }) => isMatch);
      const subjects: number | null = node.registration?.dataSubjectCount ?? null;
      return `${node.registrationNumber} ${node.agency.name} ${subjects ?? 'not stated'} ${matched.length}`;
    })
    .join('\n');
}

// What a source does not state is null, and a program must say what it makes of that.
export function desk({ dataFile }: OneFileInFullQuery): string {
  // @ts-expect-error there may be no such file
  dataFile.name;
  // @ts-expect-error the source may state no desk
  dataFile?.registration?.accessDesk.department;
  return dataFile?.registration?.accessDesk?.department ?? 'not stated';
}

// The words of an enumeration are known, each by itself.
export function isOpen(status: DataFileStatus): boolean {
  switch (status) {
    case 'REGISTERED':
    case 'DISCLOSED':
      return true;
    case 'EXEMPT':
    case 'DESTROYED':
      return false;
  }
}
export const retention: RetentionClass = 'YEARS_5';
// @ts-expect-error no such type of agency
export const agencyType: AgencyType = 'COMPANY';
