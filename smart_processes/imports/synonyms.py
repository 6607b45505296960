"""What columns are usually called: headings, in any case and without their punctuation.

Not translated: files come in any language, whatever the reader's is.
"""

from __future__ import annotations

from collections.abc import Mapping

# Target -> what it is called elsewhere. The code and the label of a field count anyway.
USUAL: Mapping[str, str] = {
    "title": "name, subject, opportunity, deal name, название, наименование, тема",
    "full_name": "name, contact name, person, фио, имя и фамилия, контактное лицо",
    "first_name": "given name, имя",
    "last_name": "surname, family name, фамилия",
    "job_title": "position, role, должность",
    "amount": "sum, value, price, close value, total, сумма, стоимость, бюджет",
    "company": "account, firm, organization, organisation, client, "
    "customer, компания, фирма, организация, клиент",
    "company_name": "company, account, firm, organization, компания, организация",
    "contact": "contact person, контакт",
    "responsible": "owner, sales agent, agent, assigned to, "
    "manager, salesperson, ответственный, менеджер",
    "stage": "status, deal stage, phase, стадия, этап, статус",
    "pipeline": "funnel, воронка, направление",
    "begins_on": "start date, begin date, engage date, start, дата начала",
    "closes_on": "close date, end date, deadline, дата завершения, дата закрытия",
    "source": "lead source, channel, источник, канал",
    "external_id": "id, opportunity id, external id, record id, key, ид, код",
    "phones": "phone, tel, telephone, mobile, телефон, мобильный",
    "emails": "email, e mail, mail, почта, эл почта, электронная почта",
    "website": "site, url, web, homepage, сайт",
    "industry": "sector, branch, отрасль, сфера деятельности",
    "employee_count": "employees, staff, headcount, сотрудники, численность",
    "revenue": "turnover, yearly revenue, annual revenue, выручка, оборот",
    "born_on": "birthday, born, birth date, date of birth, дата рождения",
    "probability": "chance, вероятность",
}
# Type -> what its title is called: the company's own name is "account" in a list of accounts.
TITLES: Mapping[str, str] = {
    "company": "account, company, company name, organization, firm, компания, организация, фирма",
    "deal": "deal, opportunity name, сделка",
    "lead": "lead, лид",
}


def names(usual: Mapping[str, str], key: str) -> list[str]:
    """Return the names under a key, one by one."""
    return [name for name in usual.get(key, "").split(", ") if name]
