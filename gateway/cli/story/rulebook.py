"""rules.yaml of the story."""

RULES = """\
desks:
  acme:
    name: ACME Support
    addresses: [support@acme.example]
    prefix: ACME
    brand: acme
    group: first-line
    calendar: office
operators:
  anna: {name: Anna Åkesson, addresses: [anna@acme.example], language: sv}
  bo: {name: Bo Ek, addresses: [bo@acme.example], language: sv}
groups:
  first-line: {name: Kundtjänst, members: [anna, bo]}
  finance: {name: Ekonomi, members: [anna, bo]}
calendars:
  office: {timezone: Europe/Stockholm, hours: {mon-fri: "08:00-17:00"}, holidays: {country: SE, also: [de_facto]}}
categories: {invoice: {label: {sv: Faktura, nb: Faktura, en: Invoice}}}
ticket_templates:
  invoice-question:
    group: finance
    type: question
    category: invoice
    priority: medium
    instruction: |
      1. Sök upp fakturan i ekonomisystemet.
      2. Svara samma dag.
    answers: {kopia: {sv: "Hej! En kopia är skickad.", en: "A copy has been sent."}}
rules:
  - name: Fakturor
    when: {subject: {after: [faktura, invoice], digits: 4-8, capture: invoice}}
    then: {template: invoice-question, tags: [faktura]}
"""
