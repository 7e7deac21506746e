//! What is wrong with a field, as a sentence.

use super::Lang;
use crate::values::fields::Problem;

/// The sentence for a field's problem, in the language.
pub fn problem(problem: &Problem, lang: Lang) -> String {
    match lang {
        Lang::Pt => portuguese(problem),
        Lang::En => english(problem),
    }
}

fn portuguese(problem: &Problem) -> String {
    match problem {
        Problem::Required => "Preencha este campo.".into(),
        Problem::TooShort(min) => format!("Use pelo menos {min} caracteres."),
        Problem::TooLong(max) => format!("Use no máximo {max} caracteres."),
        Problem::NotANumber => "Digite um número inteiro.".into(),
        Problem::NotMoney => "Digite um valor como 1.234,56.".into(),
        Problem::NotPositive => "O valor precisa ser maior que zero.".into(),
        Problem::OutOfRange(min, max) => format!("Use um valor entre {min} e {max}."),
        Problem::NotAChoice => "Escolha uma das opções.".into(),
        Problem::NotAnEmail => "Digite um e-mail como nome@imobiliaria.com.br.".into(),
        Problem::NotAPhone => "Digite um telefone com DDD, como (11) 98888-7777.".into(),
        Problem::NotACep => "Digite o CEP com oito números.".into(),
        Problem::NotAState => "Escolha um dos estados.".into(),
        Problem::ControlCharacter => "Há um caractere que não pode ser guardado; apague-o.".into(),
        Problem::NotACode => "Use de 2 a 20 letras e números, sem espaços.".into(),
        Problem::NotAColor => "Digite uma cor como #004AAD.".into(),
        Problem::NotACreci => "Digite o CRECI da empresa, como J-12345.".into(),
        Problem::NotOwnCreci => "Digite o seu CRECI, como 12345-F.".into(),
        Problem::NeededWhilePublished => "Há imóveis no site: sem CRECI não podem ficar. Tire-os do site antes.".into(),
        Problem::MoreThan(_) => "Não pode ser maior que o total.".into(),
        Problem::Taken => "Já está em uso.".into(),
        Problem::ReasonRequired => "Informe o motivo.".into(),
        Problem::WrongCredentials => "E-mail ou senha não conferem.".into(),
        Problem::WrongPassword => "A senha não confere.".into(),
        Problem::AlreadyMember => "Esta pessoa já está na equipe.".into(),
        Problem::LastOwner => "A imobiliária ficaria sem diretoria. Passe-a antes a outra pessoa.".into(),
        Problem::WrongCode => "O código não confere ou já foi usado. Espere o próximo.".into(),
        Problem::WrongTogether => "A senha ou o código não confere.".into(),
        Problem::StepOver => "O prazo do código passou. Entre de novo com e-mail e senha.".into(),
        Problem::TooLateToPay => {
            "Os dados desta imobiliária estão sendo apagados: um pagamento já não os mantém. Devolva-o.".into()
        }
        Problem::AskThePlatform => "Isto só a plataforma pode fazer por esta pessoa. Fale com o suporte.".into(),
        Problem::NotActive => "Mude a situação para Ativo.".into(),
        Problem::NotAPhoto(name) => format!("{name}: envie uma foto JPEG, PNG ou WebP."),
        Problem::Heic(name) => format!("{name}: o formato HEIC não abre nos navegadores; envie como JPEG."),
        Problem::PhotoTooLarge(name) => format!("{name}: a foto passa de 25 MB."),
        Problem::TooManyPixels(name) => format!(
            "{name}: a foto tem pixels demais. Cabem 50 megapixels; em JPEG progressivo ou com 16 bits por cor, cerca de 30."
        ),
        Problem::MoreRefused(more) => format!("E mais {more}."),
        Problem::BrokenOff => "O envio parou antes do fim. Veja o que chegou e envie o resto.".into(),
        Problem::TooManyPhotos(most) => format!("Cabem {most} fotos em um imóvel."),
        Problem::PeriodRequired => "Informe o período deste valor.".into(),
        Problem::NotADomain => "Digite um domínio como www.suaimobiliaria.com.br.".into(),
        Problem::NotAHost => "Digite o nome ou o endereço de uma máquina.".into(),
        Problem::InThePast => "Escolha hoje ou um dia depois.".into(),
        Problem::NobodysDomain => "Este domínio não pode ser de ninguém. Use um que a imobiliária registrou.".into(),
        Problem::Quarantined => "Outra imobiliária soltou este domínio há menos de 30 dias. Tente depois disso.".into(),
        Problem::TooManyDomains(most) => format!("Cabem {most} domínios. Solte um antes."),
        Problem::NotOverHttps => "O domínio ainda não responde por https. Espere o certificado.".into(),
        Problem::NotConfirmed => "Confirme que é isso mesmo que você quer.".into(),
        Problem::WeakPassword => {
            "Esta senha é fácil de adivinhar. Use uma frase só sua, sem o nome da imobiliária.".into()
        }
        Problem::NotASlug => "Use letras minúsculas, números e hífens simples, sem acentos.".into(),
        Problem::Reserved => "Este endereço é da plataforma; escolha outro.".into(),
        Problem::TermsRequired => "Leia os termos de uso e marque que concorda.".into(),
        Problem::PriceChanged => "O valor mudou: confira o novo e confirme.".into(),
        Problem::LinkInName => "O nome não pode conter um endereço da internet.".into(),
        Problem::EnoughMails => "Este endereço já recebeu mensagens demais. Tente mais tarde.".into(),
        Problem::TooManyInvitations(most) => format!("Há {most} convites em aberto. Cancele um antes."),
        Problem::TooManyRenames => "O nome já mudou vezes demais. Tente em outro mês ou fale com o suporte.".into(),
    }
}

fn english(problem: &Problem) -> String {
    match problem {
        Problem::Required => "Please fill this in.".into(),
        Problem::TooShort(min) => format!("Use at least {min} characters."),
        Problem::TooLong(max) => format!("Use at most {max} characters."),
        Problem::NotANumber => "Enter a whole number.".into(),
        Problem::NotMoney => "Enter an amount such as 1234.56.".into(),
        Problem::NotPositive => "The amount must be more than zero.".into(),
        Problem::OutOfRange(min, max) => format!("Use a value from {min} to {max}."),
        Problem::NotAChoice => "Choose one of the options.".into(),
        Problem::NotAnEmail => "Enter an e-mail address such as name@agency.com.".into(),
        Problem::NotAPhone => "Enter a phone number with its area code, such as (11) 98888-7777.".into(),
        Problem::NotACep => "Enter the CEP as eight digits.".into(),
        Problem::NotAState => "Choose one of the states.".into(),
        Problem::ControlCharacter => "There is a character that cannot be stored; delete it.".into(),
        Problem::NotACode => "Use 2 to 20 letters and digits, without spaces.".into(),
        Problem::NotAColor => "Enter a colour such as #004AAD.".into(),
        Problem::NotACreci => "Enter the company's CRECI, such as J-12345.".into(),
        Problem::NotOwnCreci => "Enter your own CRECI, such as 12345-F.".into(),
        Problem::NeededWhilePublished => "Properties are on the site and need it. Take them off the site first.".into(),
        Problem::MoreThan(_) => "It cannot be more than the total.".into(),
        Problem::Taken => "It is already in use.".into(),
        Problem::ReasonRequired => "State the reason.".into(),
        Problem::WrongCredentials => "E-mail and password do not match.".into(),
        Problem::WrongPassword => "The password is wrong.".into(),
        Problem::AlreadyMember => "This person is in the team already.".into(),
        Problem::LastOwner => "The agency would be left without an owner. Hand it over to somebody first.".into(),
        Problem::WrongCode => "The code is wrong or has been used. Wait for the next one.".into(),
        Problem::WrongTogether => "The password or the code is wrong.".into(),
        Problem::StepOver => "The time for the code is over. Sign in again with e-mail and password.".into(),
        Problem::TooLateToPay => {
            "This agency's data is being deleted, and a payment no longer keeps it. Return the payment.".into()
        }
        Problem::AskThePlatform => "Only the platform can do this for this person. Talk to support.".into(),
        Problem::NotActive => "Change the status to Active.".into(),
        Problem::NotAPhoto(name) => format!("{name}: send a JPEG, PNG or WebP photo."),
        Problem::Heic(name) => format!("{name}: browsers do not show HEIC; send it as JPEG."),
        Problem::PhotoTooLarge(name) => format!("{name}: the photo has more than 25 MB."),
        Problem::TooManyPixels(name) => format!(
            "{name}: the photo has too many pixels. There is room for 50 megapixels; in a progressive JPEG or with 16 bits a colour, for about 30."
        ),
        Problem::MoreRefused(more) => format!("And {more} more."),
        Problem::BrokenOff => "The upload stopped before its end. See what arrived and send the rest.".into(),
        Problem::TooManyPhotos(most) => format!("A property holds {most} photos."),
        Problem::PeriodRequired => "State the period of this amount.".into(),
        Problem::NotADomain => "Enter a domain such as www.youragency.com.br.".into(),
        Problem::NotAHost => "Enter a machine's name or address.".into(),
        Problem::InThePast => "Choose today or a later day.".into(),
        Problem::NobodysDomain => "This domain cannot be anybody's. Use one that the agency has registered.".into(),
        Problem::Quarantined => {
            "Another agency let go of this domain less than 30 days ago. Try again after that.".into()
        }
        Problem::TooManyDomains(most) => format!("There is room for {most} domains. Let go of one first."),
        Problem::NotOverHttps => "The domain does not answer over https yet. Wait for its certificate.".into(),
        Problem::NotConfirmed => "Confirm that you mean it.".into(),
        Problem::WeakPassword => {
            "This password is easily guessed. Use a sentence of your own, without the agency's name.".into()
        }
        Problem::NotASlug => "Use lower-case letters, digits and single dashes, without accents.".into(),
        Problem::Reserved => "This address is the platform's; choose another.".into(),
        Problem::TermsRequired => "Read the terms of use and mark that you agree.".into(),
        Problem::PriceChanged => "The price has changed: look at the new one and confirm.".into(),
        Problem::LinkInName => "A name cannot hold an internet address.".into(),
        Problem::EnoughMails => "This address was sent enough mails. Try again later.".into(),
        Problem::TooManyInvitations(most) => format!("There are {most} open invitations. Take one back first."),
        Problem::TooManyRenames => {
            "The name has changed too often. Try again in another month, or talk to support.".into()
        }
    }
}
